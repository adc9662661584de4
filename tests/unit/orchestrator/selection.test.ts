import { describe, expect, test } from 'vitest'
import { createModelRegistry, createSelector, type Model, NoModelError } from '../../../fixtures/orchestrator/index.ts'
import { labelledTasks } from '../../../fixtures/orchestrator/labelled-tasks.ts'
import { explainCandidate } from '../../../fixtures/orchestrator/selection/explain-candidate.ts'
import { selectionRequestSchema } from '../../../fixtures/orchestrator/selection/selection.ts'

const registry = createModelRegistry()
const quick = { taskType: 'quick_qa', complexity: 'low' } as const
const hard = { taskType: 'reasoning', complexity: 'high' } as const

const variant = (id: string, change: Partial<Model> = {}): Model => ({
  ...registry.require('gpt-4o-mini'),
  id,
  ...change,
})

describe('createSelector()', () => {
  test('ranks the best first and says why it was chosen', () => {
    const selection = createSelector(registry).select(hard)
    const scores = selection.candidates.map((candidate) => candidate.score)
    expect(scores).toEqual(scores.toSorted((left, right) => right - left))
    expect(selection.modelId).toBe(selection.candidates[0]!.modelId)
    expect(selection.reasons[0]).toMatch(/^reasoning 0\.\d\d meets the 0\.85 that high complexity asks for$/)
    expect(selection.candidates).toHaveLength(5)
  })

  test('chooses an acceptable model for nearly all labelled tasks', () => {
    const { select } = createSelector(registry)
    const tasks = Object.values(labelledTasks).flat()
    const right = tasks.filter(({ request, acceptable }) => acceptable.includes(select(request).modelId))
    expect(tasks.length).toBeGreaterThanOrEqual(100)
    expect(right.length / tasks.length).toBeGreaterThanOrEqual(0.95)
  })

  test('labels only models that exist, with requests that are valid', () => {
    for (const { request, acceptable } of Object.values(labelledTasks).flat()) {
      expect(selectionRequestSchema.safeParse(request).error).toBeUndefined()
      for (const id of acceptable) expect(registry.has(id), id).toBe(true)
    }
  })

  test('falls back to another provider first', () => {
    const { candidates, fallbacks } = createSelector(registry).select(quick, 10)
    const provider = (id: string) => registry.require(id).provider
    const elsewhere = candidates.find((candidate) => candidate.provider !== candidates[0]!.provider)
    expect(provider(fallbacks[0]!)).not.toBe(candidates[0]!.provider)
    expect(fallbacks[0]).toBe(elsewhere!.modelId)
    expect([...fallbacks].sort()).toEqual(
      candidates
        .slice(1)
        .map(({ modelId }) => modelId)
        .sort(),
    )
  })

  test('keeps to locality, capabilities, window and output limit', () => {
    const { select } = createSelector(registry)
    const all = (request: Parameters<typeof select>[0]) =>
      select(request, 1_000).candidates.map(({ modelId }) => registry.require(modelId))
    expect(all({ ...hard, locality: 'local' }).every((model) => model.locality === 'local')).toBe(true)
    expect(all({ ...hard, locality: 'cloud' }).every((model) => model.locality === 'cloud')).toBe(true)
    expect(
      all({ ...hard, requires: ['vision', 'tools'] }).every(
        (model) => model.capabilities.includes('vision') && model.capabilities.includes('tools'),
      ),
    ).toBe(true)
    expect(
      all({ ...hard, inputTokens: 199_000, outputTokens: 1_000 }).every((model) => model.contextWindow >= 200_000),
    ).toBe(true)
    expect(all({ ...hard, outputTokens: 20_000 }).every((model) => model.maxOutputTokens >= 20_000)).toBe(true)
  })

  test('counts what ruled the others out', () => {
    const { select } = createSelector(registry)
    const chosen = select({ ...quick, locality: 'local', requires: ['tools'], exclude: ['mistral:7b', 'unknown'] })
    expect(chosen.rejected.excluded).toBe(1)
    expect(chosen.rejected.locality).toBe(registry.list().filter((model) => model.locality === 'cloud').length)
    const counted = Object.values(chosen.rejected).reduce((sum, count) => sum + count, 0)
    expect(counted + chosen.eligible).toBe(registry.list().length)
  })

  test('keeps to budget and latency', () => {
    const { select } = createSelector(registry)
    for (const candidate of select({ ...quick, maxCostNanoDollars: 100_000 }, 1_000).candidates) {
      expect(candidate.costNanoDollars).toBeLessThanOrEqual(100_000)
    }
    for (const candidate of select({ ...quick, maxLatencyMs: 5_000 }, 1_000).candidates) {
      expect(candidate.latencyMs).toBeLessThanOrEqual(5_000)
    }
  })

  test('says what to relax when no model is left', () => {
    const { select } = createSelector(registry)
    expect(() => select({ ...quick, inputTokens: 9_000_000 })).toThrow(NoModelError)
    expect(() => select({ ...quick, inputTokens: 9_000_000 })).toThrow(
      /No model for quick_qa \(low\): ruled out \d+ by context window\. Relax that constraint/,
    )
    expect(() => createSelector(createModelRegistry([])).select(quick)).toThrow('the registry is empty')
  })

  test('refuses task types and complexities it does not know', () => {
    const { select } = createSelector(registry)
    expect(() => select({ taskType: 'cooking', complexity: 'low' } as never)).toThrow('Unknown task type "cooking"')
    expect(() => select({ taskType: 'quick_qa', complexity: 'extreme' } as never)).toThrow(
      'Unknown complexity "extreme"',
    )
  })

  test('takes analytical models for deep analysis, as long as one is eligible', () => {
    const { select } = createSelector(registry)
    const deep = { ...hard, analysis: 'deep' } as const
    expect(select(deep, 100).candidates.every((candidate) => candidate.analytical)).toBe(true)
    expect(select(deep).reasons).toContain('an analytical model, as deep analysis asks for')
    expect(select({ ...deep, locality: 'local', requires: ['vision', 'tools'].slice(1) as ['tools'] }).modelId).toBe(
      'llama-3.1-70b',
    )
    const none = createSelector(createModelRegistry([variant('plain')]))
    expect(none.select(deep).modelId).toBe('plain')
  })

  test('moves with the preference', () => {
    const { select } = createSelector(registry)
    const best = (preference: 'cheapest' | 'fastest' | 'best') =>
      select({ ...hard, taskType: 'summarization', complexity: 'medium', preference }).candidates[0]!
    expect(best('cheapest').costNanoDollars).toBeLessThan(best('best').costNanoDollars)
    expect(best('fastest').latencyMs).toBeLessThan(best('best').latencyMs)
    expect(best('best').quality).toBeGreaterThan(best('cheapest').quality)
  })

  test('learns quality from judged answers and failures', () => {
    const selector = createSelector(createModelRegistry([variant('left'), variant('right')]))
    const first = selector.select(quick).modelId
    for (let call = 0; call < 20; call++) selector.record({ modelId: first, taskType: 'quick_qa', succeeded: false })
    expect(selector.select(quick).modelId).not.toBe(first)
    expect(selector.select({ ...quick, taskType: 'translation' }).modelId).toBe(first)
    for (let call = 0; call < 40; call++)
      selector.record({ modelId: first, taskType: 'quick_qa', succeeded: true, quality: 1 })
    expect(selector.select(quick).modelId).toBe(first)
    selector.record({ modelId: 'unknown', taskType: 'quick_qa', succeeded: false })
  })

  test('weighs the starting strength as ten judged calls', () => {
    const selector = createSelector(createModelRegistry([variant('only')]))
    const before = selector.select(quick).candidates[0]!.quality
    for (let call = 0; call < 10; call++)
      selector.record({ modelId: 'only', taskType: 'quick_qa', succeeded: true, quality: 1 })
    expect(selector.select(quick).candidates[0]!.quality).toBeCloseTo((10 * before + 10) / 20, 10)
  })

  test('learns speed from what calls took', () => {
    const selector = createSelector(createModelRegistry([variant('only')]))
    const before = selector.select(quick).candidates[0]!.latencyMs
    for (let call = 0; call < 50; call++) {
      selector.record({ modelId: 'only', taskType: 'quick_qa', succeeded: true, latencyMs: 60_000, outputTokens: 500 })
    }
    const after = selector.select(quick).candidates[0]!.latencyMs
    expect(after).toBeGreaterThan(10 * before)
    expect(after).toBeLessThan(61_000)
  })

  test('passes over what is down and marks down what is degraded', () => {
    const selector = createSelector(createModelRegistry([variant('left'), variant('right')]))
    expect(selector.select(quick).modelId).toBe('left')
    selector.setHealth('left', 'degraded')
    expect(selector.health('left')).toBe('degraded')
    expect(selector.select(quick).modelId).toBe('right')
    const [, degraded] = selector.select(quick).candidates
    expect(explainCandidate(degraded!, quick)).toContain('though its health is degraded')
    selector.setHealth('right', 'down')
    expect(selector.select(quick).candidates.map(({ modelId }) => modelId)).toEqual(['left'])
    expect(selector.select(quick).rejected).toEqual({ unhealthy: 1 })
    selector.setHealth('unknown', 'down')
    expect(selector.health('unknown')).toBe('down')
  })

  test('never chooses what no endpoint serves', () => {
    const selector = createSelector(
      createModelRegistry([variant('left'), variant('right')]),
      ({ id }) => id === 'right',
    )
    expect(selector.select(quick)).toMatchObject({ modelId: 'right', rejected: { 'no endpoint': 1 } })
  })

  test('notices changes of the registry and keeps what it has learnt', () => {
    const changing = createModelRegistry([variant('left'), variant('right')])
    const selector = createSelector(changing)
    for (let call = 0; call < 20; call++) selector.record({ modelId: 'left', taskType: 'quick_qa', succeeded: false })
    selector.setHealth('right', 'degraded')
    changing.set(variant('middle', { prices: { input: { base: 900_000_000 }, output: { base: 900_000_000 } } }))
    expect(selector.select(quick, 3).candidates).toHaveLength(3)
    expect(selector.health('right')).toBe('degraded')
    expect(selector.select(quick, 3).candidates.at(-1)!.modelId).toBe('left')
    changing.set(variant('left'))
    expect(selector.select(quick).modelId).toBe('left')
    changing.remove('left')
    expect(selector.select(quick).modelId).not.toBe('left')
  })

  test('prices long prompts by their tier', () => {
    const tiered = variant('tiered', {
      contextWindow: 1_000_000,
      prices: {
        input: { base: 1_000, tier: { above: 200_000, price: 2_000 } },
        output: { base: 0, tier: { above: 200_000, price: 1_000 } },
      },
    })
    const selector = createSelector(createModelRegistry([tiered]))
    const cost = (inputTokens: number) =>
      selector.select({ ...quick, inputTokens, outputTokens: 1_000 }).candidates[0]!.costNanoDollars
    expect(cost(200_000)).toBe(200_000)
    expect(cost(201_000)).toBe(402_000 + 1_000)
  })

  test('says so when the best within the constraints falls short', () => {
    const weak = variant('weak', { strengths: { ...registry.require('gpt-4o-mini').strengths, reasoning: 0.2 } })
    const { reasons } = createSelector(createModelRegistry([weak])).select(hard)
    expect(reasons[0]).toContain('is short of the 0.85')
  })
})
