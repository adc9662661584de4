import fc from 'fast-check'
import { describe, test } from 'vitest'
import {
  createModelRegistry,
  createSelector,
  type Model,
  NoModelError,
  type Selection,
  type SelectionRequest,
} from '../../../fixtures/orchestrator/index.ts'
import { capabilities, complexities, taskTypes } from '../../../fixtures/orchestrator/models/model.ts'

const settings = { seed: 4, numRuns: 150 }
const known = createModelRegistry().list()

const request: fc.Arbitrary<SelectionRequest> = fc.record(
  {
    taskType: fc.constantFrom(...taskTypes),
    complexity: fc.constantFrom(...complexities),
    inputTokens: fc.nat(400_000),
    outputTokens: fc.nat(20_000),
    maxCostNanoDollars: fc.nat(200_000_000),
    maxLatencyMs: fc.integer({ min: 1, max: 200_000 }),
    locality: fc.constantFrom('local', 'cloud'),
    requires: fc.subarray([...capabilities], { maxLength: 2 }),
    exclude: fc.subarray(
      known.map(({ id }) => id),
      { maxLength: 3 },
    ),
    analysis: fc.constantFrom('normal', 'deep'),
    preference: fc.constantFrom('balanced', 'cheapest', 'fastest', 'best'),
  },
  { requiredKeys: ['taskType', 'complexity'] },
)
const models: fc.Arbitrary<Model[]> = fc.subarray([...known], { minLength: 1 })

/** Null when no model meets the request. */
function select(from: readonly Model[], wanted: SelectionRequest, limit = 1_000): Selection | null {
  try {
    return createSelector(createModelRegistry(from)).select(wanted, limit)
  } catch (error) {
    if (error instanceof NoModelError) return null
    throw error
  }
}

describe('selection', () => {
  test('does not depend on the order of the registry', () => {
    fc.assert(
      fc.property(models, request, fc.nat(), (from, wanted, turn) => {
        const shuffled = from.toSorted((left, right) => hash(left.id, turn) - hash(right.id, turn))
        const [one, other] = [select(from, wanted), select(shuffled, wanted)]
        return JSON.stringify(one) === JSON.stringify(other)
      }),
      settings,
    )
  })

  test('orders all eligible models: each once, best first, ties by id', () => {
    fc.assert(
      fc.property(models, request, (from, wanted) => {
        const candidates = select(from, wanted)?.candidates ?? []
        const ids = new Set(candidates.map(({ modelId }) => modelId))
        return (
          ids.size === candidates.length &&
          candidates.every((candidate, index) => {
            const next = candidates[index + 1]
            return (
              next === undefined ||
              candidate.score > next.score ||
              (candidate.score === next.score && candidate.modelId < next.modelId)
            )
          })
        )
      }),
      settings,
    )
  })

  test('gives with a limit the beginning of what it gives without', () => {
    fc.assert(
      fc.property(models, request, fc.integer({ min: 1, max: 40 }), (from, wanted, limit) => {
        const all = select(from, wanted)?.candidates.slice(0, limit)
        return JSON.stringify(all) === JSON.stringify(select(from, wanted, limit)?.candidates)
      }),
      settings,
    )
  })

  test('never exceeds window, budget, latency, or lacks what is required', () => {
    fc.assert(
      fc.property(models, request, (from, wanted) => {
        const byId = new Map(from.map((model) => [model.id, model]))
        const { inputTokens = 1_000, outputTokens = 500 } = wanted
        return (select(from, wanted)?.candidates ?? []).every((candidate) => {
          const model = byId.get(candidate.modelId)!
          return (
            inputTokens + outputTokens <= model.contextWindow &&
            outputTokens <= model.maxOutputTokens &&
            candidate.costNanoDollars <= (wanted.maxCostNanoDollars ?? Number.POSITIVE_INFINITY) &&
            candidate.latencyMs <= (wanted.maxLatencyMs ?? Number.POSITIVE_INFINITY) &&
            (wanted.locality === undefined || model.locality === wanted.locality) &&
            (wanted.requires ?? []).every((capability) => model.capabilities.includes(capability)) &&
            !wanted.exclude?.includes(model.id)
          )
        })
      }),
      settings,
    )
  })

  test('chooses no worse when there is more money', () => {
    fc.assert(
      fc.property(models, request, fc.nat(100_000_000), fc.nat(100_000_000), (from, wanted, less, more) => {
        // Deep analysis first asks whether an analytical model can be had at all, which more money may change.
        const plain = { ...wanted, analysis: 'normal' as const }
        const poor = select(from, { ...plain, maxCostNanoDollars: less })
        const rich = select(from, { ...plain, maxCostNanoDollars: less + more })
        return poor === null || (rich !== null && rich.candidates[0]!.score >= poor.candidates[0]!.score)
      }),
      settings,
    )
  })

  test('accounts for every model: eligible or ruled out for one reason', () => {
    fc.assert(
      fc.property(models, request, (from, wanted) => {
        let rejected: Selection['rejected']
        let eligible = 0
        try {
          ;({ rejected, eligible } = createSelector(createModelRegistry(from)).select({
            ...wanted,
            analysis: 'normal',
          }))
        } catch (error) {
          ;({ rejected } = error as NoModelError)
        }
        return eligible + Object.values(rejected).reduce((sum, count) => sum + count, 0) === from.length
      }),
      settings,
    )
  })
})

function hash(text: string, turn: number): number {
  let value = turn
  for (const letter of text) value = (Math.imul(value, 31) + letter.charCodeAt(0)) | 0
  return value
}
