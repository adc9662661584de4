import { calcPrice } from '@pydantic/genai-prices'
import { describe, expect, test } from 'vitest'
import {
  BudgetExceededError,
  createBudget,
  createLedger,
  createModelRegistry,
  priceUsage,
} from '../../../fixtures/orchestrator/index.ts'
import { priceDate } from '../../../fixtures/orchestrator/models/build-models.ts'
import { modelFacts } from '../../../fixtures/orchestrator/models/model-facts.ts'

const usage = (inputTokens: number, outputTokens: number, cacheReadTokens = 0, cacheWriteTokens = 0) => ({
  inputTokens,
  outputTokens,
  cacheReadTokens,
  cacheWriteTokens,
  reasoningTokens: 0,
})

describe('priceUsage()', () => {
  const prices = {
    input: { base: 3_000_000, tier: { above: 200_000, price: 6_000_000 } },
    output: { base: 15_000_000, tier: { above: 200_000, price: 22_500_000 } },
    cacheRead: { base: 300_000 },
  }

  test('multiplies tokens with prices per thousand', () => {
    expect(priceUsage(prices, usage(1_000, 100))).toBe(3_000_000 + 1_500_000)
    expect(priceUsage(prices, usage(0, 0))).toBe(0)
  })

  test('charges cached input at its own price, and at the input price where there is none', () => {
    expect(priceUsage(prices, usage(1_000, 0, 400))).toBe(600 * 3_000 + 400 * 300)
    expect(priceUsage(prices, usage(1_000, 0, 0, 400))).toBe(3_000_000)
    expect(priceUsage({ ...prices, cacheWrite: { base: 3_750_000 } }, usage(1_000, 0, 0, 400))).toBe(
      600 * 3_000 + 400 * 3_750,
    )
  })

  test('takes the tier for the whole call, once its input is longer than the bound', () => {
    expect(priceUsage(prices, usage(200_000, 1_000))).toBe(600_000_000 + 15_000_000)
    expect(priceUsage(prices, usage(200_001, 1_000))).toBe(200_001 * 6_000 + 22_500_000)
  })

  test('rounds half up, once', () => {
    const odd = { input: { base: 1 }, output: { base: 1 } }
    expect(priceUsage(odd, usage(499, 0))).toBe(0)
    expect(priceUsage(odd, usage(250, 250))).toBe(1)
    expect(priceUsage(odd, usage(1_499, 0))).toBe(1)
  })

  test('refuses usage that no call can have', () => {
    expect(() => priceUsage(prices, usage(-1, 0))).toThrow(RangeError)
    expect(() => priceUsage(prices, usage(10, 0, 11))).toThrow('cached tokens are part of the input')
    expect(() => priceUsage(prices, usage(0, Number.NaN))).toThrow(RangeError)
    expect(() => priceUsage(prices, usage(0, 0, -1))).toThrow(RangeError)
    expect(() => priceUsage(prices, usage(0, 0, 0, -1))).toThrow(RangeError)
    expect(() => priceUsage(prices, usage(2 ** 40, 0))).toThrow('more than 2^53')
  })

  test('agrees with genai-prices, for all cloud models, sizes of prompts and cached shares', () => {
    const registry = createModelRegistry()
    const timestamp = new Date(`${priceDate}T00:00:00Z`)
    let compared = 0
    for (const { id, provider, reference } of modelFacts) {
      if (provider === 'ollama' || reference === undefined) continue
      for (const [input, output, cached] of [
        [1_000, 100, 0],
        [199_000, 4_000, 0],
        [250_000, 1_000, 0],
        [300_000, 500, 100_000],
      ] as const) {
        const theirs = calcPrice(
          { input_tokens: input, output_tokens: output, cache_read_tokens: cached },
          reference.model,
          { providerId: reference.provider, timestamp },
        )
        const ours = priceUsage(registry.require(id).prices, usage(input, output, cached))
        expect(Math.abs(ours / 1e9 - theirs!.total_price), `${id} ${input}`).toBeLessThan(1e-8)
        compared++
      }
    }
    expect(compared).toBeGreaterThan(80)
  })
})

describe('createBudget()', () => {
  test('sets money aside until the call is settled or released', () => {
    const budget = createBudget(1_000)
    const first = budget.reserve(600)!
    expect(budget.reserve(500)).toBeNull()
    expect(budget.availableNanoDollars).toBe(400)
    first.settle(100)
    expect(budget).toMatchObject({ spentNanoDollars: 100, reservedNanoDollars: 0, availableNanoDollars: 900 })
    budget.reserve(900)!.release()
    expect(budget.availableNanoDollars).toBe(900)
  })

  test('never shows less than nothing, though a call may cost more than was set aside', () => {
    const budget = createBudget(100, 50)
    budget.reserve(50)!.settle(80)
    expect(budget).toMatchObject({ spentNanoDollars: 130, availableNanoDollars: 0 })
    expect(budget.reserve(0)).toBeNull()
  })

  test('ends a reservation once', () => {
    const reservation = createBudget(100).reserve(10)!
    reservation.release()
    expect(() => reservation.release()).toThrow('ends once')
    expect(() => reservation.settle(1)).toThrow('ends once')
  })

  test('wants whole nano-dollars from 0', () => {
    expect(() => createBudget(-1)).toThrow(RangeError)
    expect(() => createBudget(1, 0.5)).toThrow('amount spent')
    expect(() => createBudget(1).reserve(0.1)).toThrow('reservation')
    expect(() => createBudget(1).reserve(1)!.settle(Number.NaN)).toThrow('cost')
  })

  test('BudgetExceededError says what is left and what to do', () => {
    expect(new BudgetExceededError(2e9, 5e8, 1e8).message).toBe(
      'A call that may cost $0.500000 exceeds the budget: $0.100000 of $2.000000 left. Raise the budget, limit maxOutputTokens or take a cheaper model',
    )
  })
})

describe('createLedger()', () => {
  test('adds up by model and by session', () => {
    const ledger = createLedger()
    const entry = (modelId: string, sessionId: string | null, costNanoDollars: number) => ({
      callId: 'c',
      modelId,
      sessionId,
      usage: usage(10, 5),
      costNanoDollars,
    })
    ledger.record(entry('a', 's', 1))
    ledger.record(entry('a', null, 2))
    ledger.record(entry('b', 's', 4))
    expect(ledger.total()).toEqual({ calls: 3, inputTokens: 30, outputTokens: 15, costNanoDollars: 7 })
    expect(ledger.byModel()).toMatchObject({ a: { calls: 2, costNanoDollars: 3 }, b: { calls: 1, costNanoDollars: 4 } })
    expect(ledger.bySession()).toMatchObject({ s: { calls: 2, costNanoDollars: 5 } })
    expect(ledger.session('s').costNanoDollars).toBe(5)
    expect(ledger.session('none').calls).toBe(0)
    expect(() => ledger.record(entry('a', null, 0.5))).toThrow('whole nano-dollars')
  })

  test('gives copies, which cannot change the books', () => {
    const ledger = createLedger()
    ledger.record({ callId: 'c', modelId: 'a', sessionId: 's', usage: usage(1, 1), costNanoDollars: 1 })
    ledger.total().costNanoDollars = 99
    ledger.byModel().a!.costNanoDollars = 99
    ledger.session('s').costNanoDollars = 99
    expect([ledger.total(), ledger.byModel().a, ledger.session('s')].map((totals) => totals?.costNanoDollars)).toEqual([
      1, 1, 1,
    ])
  })
})
