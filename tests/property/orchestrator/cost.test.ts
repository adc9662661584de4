import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createBudget,
  createLedger,
  createModelRegistry,
  priceUsage,
  type Usage,
} from '../../../fixtures/orchestrator/index.ts'

const settings = { seed: 4, numRuns: 200 }
const priced = createModelRegistry()
  .list()
  .filter((model) => model.prices.output.base > 0)
const model = fc.constantFrom(...priced)
const usage: fc.Arbitrary<Usage> = fc
  .record({ plain: fc.nat(400_000), read: fc.nat(100_000), written: fc.nat(100_000), outputTokens: fc.nat(60_000) })
  .map(({ plain, read, written, outputTokens }) => ({
    inputTokens: plain + read + written,
    outputTokens,
    cacheReadTokens: read,
    cacheWriteTokens: written,
    reasoningTokens: 0,
  }))

describe('cost', () => {
  test('is exact: the same as with arbitrary precision', () => {
    fc.assert(
      fc.property(model, usage, ({ prices }, used) => {
        const at = (price: { base: number; tier?: { above: number; price: number } | undefined }) =>
          BigInt(price.tier && used.inputTokens > price.tier.above ? price.tier.price : price.base)
        const plain = used.inputTokens - used.cacheReadTokens - used.cacheWriteTokens
        const thousandths =
          BigInt(plain) * at(prices.input) +
          BigInt(used.cacheReadTokens) * at(prices.cacheRead ?? prices.input) +
          BigInt(used.cacheWriteTokens) * at(prices.cacheWrite ?? prices.input) +
          BigInt(used.outputTokens) * at(prices.output)
        expect(BigInt(priceUsage(prices, used))).toBe((thousandths + 500n) / 1000n)
      }),
      settings,
    )
  })

  test('never falls with more tokens, and caching never makes it dearer than its dearest price', () => {
    fc.assert(
      fc.property(model, usage, fc.nat(10_000), ({ prices }, used, more) => {
        const cost = priceUsage(prices, used)
        expect(Number.isSafeInteger(cost) && cost >= 0).toBe(true)
        expect(priceUsage(prices, { ...used, outputTokens: used.outputTokens + more })).toBeGreaterThanOrEqual(cost)
        expect(priceUsage(prices, { ...used, inputTokens: used.inputTokens + more })).toBeGreaterThanOrEqual(cost)
      }),
      settings,
    )
  })

  test('does not drift over a million calls: the parts add up to the total', () => {
    const ledger = createLedger()
    const { prices } = createModelRegistry().require('deepseek-v4-pro')
    let expected = 0n
    for (let call = 0; call < 1_000_000; call++) {
      const used = {
        inputTokens: call % 977,
        outputTokens: call % 89,
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
        reasoningTokens: 0,
      }
      const costNanoDollars = priceUsage(prices, used)
      expected += BigInt(costNanoDollars)
      ledger.record({ callId: 'c', modelId: `m${call % 7}`, sessionId: `s${call % 3}`, usage: used, costNanoDollars })
    }
    const sum = (parts: Record<string, { costNanoDollars: number }>) =>
      Object.values(parts).reduce((total, part) => total + part.costNanoDollars, 0)
    expect(BigInt(ledger.total().costNanoDollars)).toBe(expected)
    expect(sum(ledger.byModel())).toBe(ledger.total().costNanoDollars)
    expect(sum(ledger.bySession())).toBe(ledger.total().costNanoDollars)
  })

  test('a budget is never promised twice, whatever is reserved and settled', () => {
    const step = fc.record({
      reserve: fc.nat(400),
      cost: fc.nat(400),
      end: fc.constantFrom('settle', 'release', 'keep'),
    })
    fc.assert(
      fc.property(fc.nat(1_000), fc.array(step, { maxLength: 50 }), (limit, steps) => {
        const budget = createBudget(limit)
        let [spent, reserved] = [0, 0]
        for (const { reserve, cost, end } of steps) {
          const reservation = budget.reserve(reserve)
          expect(reservation !== null).toBe(spent + reserved + reserve <= limit)
          if (reservation === null) continue
          // A call never costs more than the most it can cost.
          const paid = Math.min(cost, reserve)
          if (end === 'settle') {
            reservation.settle(paid)
            spent += paid
          } else if (end === 'release') reservation.release()
          else reserved += reserve
          expect(budget).toMatchObject({ spentNanoDollars: spent, reservedNanoDollars: reserved })
          expect(spent + reserved).toBeLessThanOrEqual(limit)
        }
      }),
      settings,
    )
  })
})
