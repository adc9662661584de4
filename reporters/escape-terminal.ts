import { stripVTControlCharacters } from 'node:util'

/** What a terminal would obey rather than show: control characters and marks that reverse the direction of text. */
const unshowable = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/**
 * Text from outside (names, errors) as one harmless line of at most `longest` characters.
 * @example escapeTerminal('a\u001b[31mb\nc') // 'ab c'
 */
export function escapeTerminal(text: string, longest = 200): string {
  const line = stripVTControlCharacters(text).replace(/\s+/g, ' ').replace(unshowable, '')
  const characters = [...line]
  return characters.length <= longest ? line : `${characters.slice(0, longest - 1).join('')}…`
}
