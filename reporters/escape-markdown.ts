import { plainText } from './plain-text.ts'

const entities: Record<string, string> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '@': '&#64;' }

/**
 * Text from outside as one line that Markdown shows as it is, in a table cell too. Underscores within a word stay as they are:
 * GitHub does not read them as emphasis, and a key such as `cache_warm` must read the same in every file. `@` becomes an
 * entity, so that nobody is notified.
 * @example escapeMarkdown('a_b|`c`') // 'a_b\\|\\`c\\`'
 */
export function escapeMarkdown(text: string, longest = 200): string {
  return plainText(text, longest)
    .replace(/[<>&@]/g, (character) => entities[character]!)
    .replace(/[\\`*{}[\]|~]|#(?!\d+;)|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\$&')
}
