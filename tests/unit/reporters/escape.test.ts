import { describe, expect, test } from 'vitest'
import { embedJson } from '../../../reporters/embed-json.ts'
import { escapeCsv } from '../../../reporters/escape-csv.ts'
import { escapeHtml } from '../../../reporters/escape-html.ts'
import { escapeMarkdown } from '../../../reporters/escape-markdown.ts'
import { plainText } from '../../../reporters/plain-text.ts'
import { hostileNames } from './hostile-names.ts'

const names = Object.entries(hostileNames)

describe('plainText()', () => {
  test.each(names)('gives one visible line for the name "%s"', (_, name) => {
    const text = plainText(name)
    expect([...text].length).toBeLessThanOrEqual(200)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is what is tested
    expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/)
    expect(text.isWellFormed()).toBe(true)
  })

  test('keeps letters, signs and emoji of every script', () => {
    expect(plainText('größe 模型 ✓ 👩‍💻 µs')).toContain('größe 模型 ✓ 👩')
  })
})

describe('escapeHtml()', () => {
  test.each(names)('leaves no markup of the name "%s"', (_, name) => {
    expect(escapeHtml(name)).not.toMatch(/[<>"']/)
  })
})

describe('escapeMarkdown()', () => {
  test.each(names)('leaves no cell border, code or tag of the name "%s"', (_, name) => {
    expect(escapeMarkdown(name)).not.toMatch(/(?<!\\)[|`*[\]]|[<>@\n]/)
  })

  test('leaves keys readable', () => {
    expect(escapeMarkdown('model_selection_code_generation_low')).toBe('model_selection_code_generation_low')
    expect(escapeMarkdown('__proto__')).toBe('\\_\\_proto\\_\\_')
  })
})

describe('escapeCsv()', () => {
  test.each(names)('gives one field for the name "%s"', (_, name) => {
    const field = escapeCsv(name)
    expect(field).toMatch(/^(?:[^",\r\n]*|"(?:[^"]|"")*")$/)
    expect(field).not.toMatch(/^"?[=+\-@]/)
  })

  test('leaves what is not a number empty', () => {
    expect([escapeCsv(Number.POSITIVE_INFINITY), escapeCsv(null), escapeCsv(-1.5)]).toEqual(['', '', '-1.5'])
  })
})

describe('embedJson()', () => {
  test.each(names)('can stand in a script element with the name "%s"', (_, name) => {
    const text = embedJson({ name })
    expect(text).not.toMatch(/[<>&]/)
    expect(JSON.parse(text)).toEqual({ name })
  })
})
