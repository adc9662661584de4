import { escapeTerminal } from './escape-terminal.ts'

/**
 * Text from outside as one line that Markdown shows as it is, in a table cell too.
 * @example escapeMarkdown('a|b') // 'a\\|b'
 */
export function escapeMarkdown(text: string, longest = 200): string {
  return escapeTerminal(text, longest).replace(/[\\`*_{}[\]()#+!|<>&~]/g, (character) =>
    character === '<' ? '&lt;' : character === '>' ? '&gt;' : character === '&' ? '&amp;' : `\\${character}`,
  )
}
