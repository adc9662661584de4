import { plainText } from './plain-text.ts'

/**
 * Text from elsewhere as GitHub Markdown, in a table cell too. Underscores within a word stay as they are: GitHub does not
 * read them as emphasis, and keys such as `cache_warm` stay searchable. `@` becomes an entity, so that nobody is notified.
 * @example escapeMarkdown('a|b `c`') // 'a\\|b \\`c\\`'
 */
export function escapeMarkdown(text: string, limit = 200): string {
  return plainText(text, limit)
    .replace(/[\\`*[\]|~#]/g, '\\$&')
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/@/g, '&#64;')
}
