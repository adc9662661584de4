import { expect, test } from 'vitest'
import { countTokens } from '../../../fixtures/orchestrator/index.ts'
import { tokenTexts } from '../../../fixtures/token-texts.ts'

test('the texts for counting tokens are as long, and cost as much a character, as their names say', async () => {
  const tokens = async (text: string) => (await countTokens(text, 'o200k')).tokens
  const { short, long, multilingual, code } = tokenTexts
  expect(await tokens(short)).toBeLessThan(30)
  expect(Math.abs((await tokens(long)) / 8_000 - 1)).toBeLessThan(0.1)
  const charactersPerToken = async (text: string) => text.length / (await tokens(text))
  expect(await charactersPerToken(long)).toBeGreaterThan(4)
  expect(await charactersPerToken(code)).toBeLessThan(await charactersPerToken(long))
  expect(await charactersPerToken(multilingual)).toBeLessThan(await charactersPerToken(code))
})
