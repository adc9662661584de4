import { expect } from 'vitest'
import { test } from '../fixtures/index.ts'
import { countTokens } from '../fixtures/orchestrator/index.ts'
import { refuseForeign } from '../fixtures/system/index.ts'
import { type TokenText, tokenTexts } from '../fixtures/token-texts.ts'
import type { Metric } from '../plugin/run/metric.ts'
import { quantity } from './measures/quantity.ts'

/**
 * Tokens counted per second, and how often the count is exactly that of OpenAI's own tokeniser. The same text is counted
 * again and again, so that words come from the tokeniser's cache as those of a service in operation mostly do.
 */
const count = countTokens
const titles: Record<TokenText, string> = {
  short: 'A short question',
  long: 'A long document',
  multilingual: 'Fourteen scripts and languages',
  code: 'Source code',
}
const encodings = { o200k: 'o200k_base', cl100k: 'cl100k_base' } as const

interface ReferenceCounter {
  tokenizer: keyof typeof encodings
  countExactly: (text: string) => number
}
let loaded: Promise<ReferenceCounter[] | null> | undefined

for (const [name, text] of Object.entries(tokenTexts) as [TokenText, string][]) {
  test(titles[name], async ({ bench, foreignSystem, skip }) => {
    refuseForeign(foreignSystem, skip, "the orchestrator's tokeniser")
    const { tokens } = await count(text, 'o200k')
    expect(tokens).toBeGreaterThan(10)

    await bench(
      `token_counting_${name}`,
      {
        category: 'token_counting',
        title: titles[name],
        metadata: { tokenizer: encodings.o200k, tokens, characters: text.length },
        metrics: async ({ metrics }) => ({
          ...tokensPerSecond(metrics.duration_mean, tokens),
          ...(await exactness(text)),
        }),
      },
      () => count(text, 'o200k'),
    ).run()
  })
}

function tokensPerSecond(mean: Metric | undefined, tokens: number): Record<string, Metric> {
  if (mean?.kind !== 'quantity') return {}
  const perSecond = (tokens * 1e9) / mean.value
  return { tokens_per_second: quantity('Tokens per Second', perSecond, '1/s', { direction: 'higher' }) }
}

/** OpenAI's own tokeniser, loaded once as that takes a while; null where it is not installed. */
function loadReference(): Promise<ReferenceCounter[] | null> {
  loaded ??= import('tiktoken').then(
    ({ get_encoding }) =>
      (['o200k', 'cl100k'] as const).map((tokenizer) => {
        const encoding = get_encoding(encodings[tokenizer])
        return { tokenizer, countExactly: (text) => encoding.encode(text, [], []).length }
      }),
    () => null,
  )
  return loaded
}

/** The whole text, its lines and its words, by both encodings. Nothing where the reference is not installed. */
async function exactness(text: string): Promise<Record<string, Metric>> {
  const counters = await loadReference()
  if (counters === null) return {}
  const parts = new Set([text, ...text.split('\n'), ...text.split(/\s+/)])
  let exact = 0
  for (const { tokenizer, countExactly } of counters) {
    for (const part of parts) if ((await count(part, tokenizer)).tokens === countExactly(part)) exact++
  }
  return {
    exactness: {
      kind: 'rate',
      title: 'Exactness',
      direction: 'higher',
      gate: true,
      numerator: exact,
      denominator: parts.size * counters.length,
      unit: '%',
    },
  }
}
