import { stripVTControlCharacters } from 'node:util'

/** Control characters, and the marks that turn the direction of the text around them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
const invisible = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g

/**
 * Text from elsewhere (a name, an error) made safe to show on one line: no ANSI codes, control characters, direction
 * marks or lone surrogates, runs of white space as one space, and at most `limit` characters.
 * @example plainText('a\n\u001b[31mb\u001b[0m') // 'a b'
 */
export function plainText(text: string, limit = 200): string {
  // A longer text is cut first, so that an error message of many megabytes costs nothing.
  const line = stripVTControlCharacters(text.slice(0, limit * 4))
    .replace(invisible, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .toWellFormed()
  const characters = [...line]
  return characters.length <= limit ? line : `${characters.slice(0, limit - 1).join('')}…`
}
