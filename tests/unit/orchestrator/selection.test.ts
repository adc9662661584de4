import { describe, expect, test, vi } from 'vitest'
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

  test('takes a request that leaves all else open for a usual one', () => {
    const usual = { inputTokens: 1_000, outputTokens: 500, analysis: 'normal', preference: 'balanced' }
    expect(selectionRequestSchema.parse(quick)).toEqual({ ...quick, ...usual })
    expect(selectionRequestSchema.parse({ ...quick, ...usual })).toEqual({ ...quick, ...usual })
    expect(selectionRequestSchema.safeParse({ ...quick, preference: '' }).success).toBe(false)
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

  test('says of each constraint how many models it ruled out', () => {
    const models = [variant('small', { contextWindow: 100 }), variant('short', { maxOutputTokens: 100 })]
    const { select } = createSelector(createModelRegistry(models))
    expect(() => select(quick)).toThrow(
      expect.objectContaining({
        name: 'NoModelError',
        message:
          'No model for quick_qa (low): ruled out 1 by context window, 1 by output limit. Relax that constraint or add a model',
        rejected: { 'context window': 1, 'output limit': 1 },
      }),
    )
  })

  test('ranks as many as are asked for, from the best, of a registry however large', () => {
    const qualityOf = (index: number) => ((index * 37) % 60) / 100
    const models = Array.from({ length: 60 }, (_, index) =>
      variant(`model ${index}`, { strengths: { ...variant('x').strengths, quick_qa: qualityOf(index) } }),
    )
    const best = models
      .map(({ id }, index) => ({ id, quality: qualityOf(index) }))
      .sort((left, right) => right.quality - left.quality)
      .map(({ id }) => id)
    const { select } = createSelector(createModelRegistry(models))
    for (const limit of [1, 31, 32, 33, 59, 60]) {
      expect(select(quick, limit).candidates.map(({ modelId }) => modelId)).toEqual(best.slice(0, limit))
    }
  })

  test('lets no choice depend on an earlier one', () => {
    const { select } = createSelector(
      createModelRegistry([
        variant('plain'),
        variant('deep', { analytical: true }),
        variant('out', { analytical: true }),
      ]),
    )
    const request = { ...quick, analysis: 'deep' as const, exclude: ['out'] }
    const first = select(request)
    expect(first).toMatchObject({ modelId: 'deep', eligible: 1 })
    expect(select(quick).eligible).toBe(3)
    expect(select(request)).toEqual(first)
  })

  test('reads the registry again only once it has changed', () => {
    const changing = createModelRegistry([variant('left')])
    const list = vi.spyOn(changing, 'list')
    const { select } = createSelector(changing)
    select(quick)
    select(quick)
    expect(list).toHaveBeenCalledTimes(1)
    changing.set(variant('right'))
    select(quick)
    select(quick)
    expect(list).toHaveBeenCalledTimes(2)
  })

  test('refuses task types, complexities and preferences it does not know', () => {
    const { select } = createSelector(registry)
    expect(() => select({ taskType: 'cooking', complexity: 'low' } as never)).toThrow('Unknown task type "cooking"')
    expect(() => select({ taskType: 'quick_qa', complexity: 'extreme' } as never)).toThrow(
      'Unknown complexity "extreme"',
    )
    expect(() => select({ ...quick, preference: 'dearest' } as never)).toThrow(
      'Unknown preference "dearest": use balanced, cheapest, fastest, best',
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

  test('says which task types and complexities it knows', () => {
    const { select } = createSelector(registry)
    expect(() => select({ taskType: 'cooking', complexity: 'low' } as never)).toThrow(/use one of .*, quick_qa/)
    expect(() => select({ taskType: 'quick_qa', complexity: 'extreme' } as never)).toThrow('use low, medium or high')
  })

  test('gives at least one candidate, and five unless asked for more', () => {
    const { select } = createSelector(registry)
    expect(select(quick, 0).candidates).toHaveLength(1)
    expect(select(quick).candidates).toHaveLength(5)
    expect(createSelector(createModelRegistry([variant('only')])).select(quick, 9).candidates).toHaveLength(1)
  })

  test('keeps a window and an output limit to the token', () => {
    const { select } = createSelector(
      createModelRegistry([variant('only', { contextWindow: 1_000, maxOutputTokens: 400 })]),
    )
    expect(select({ ...quick, inputTokens: 600, outputTokens: 400 }).eligible).toBe(1)
    expect(() => select({ ...quick, inputTokens: 601, outputTokens: 400 })).toThrow('1 by context window')
    expect(() => select({ ...quick, inputTokens: 1, outputTokens: 401 })).toThrow('1 by output limit')
  })

  test('keeps a budget and a latency to the last unit', () => {
    const { select } = createSelector(createModelRegistry([variant('only')]))
    const { costNanoDollars, latencyMs } = select(quick).candidates[0]!
    expect(select({ ...quick, maxCostNanoDollars: costNanoDollars, maxLatencyMs: latencyMs }).eligible).toBe(1)
    expect(() => select({ ...quick, maxCostNanoDollars: costNanoDollars - 1 })).toThrow('1 by budget')
    expect(() => select({ ...quick, maxLatencyMs: latencyMs * 0.999 })).toThrow('1 by latency')
  })

  test('names a reason for each model it rules out, the first that applies', () => {
    const { architecture } = registry.require('mistral:7b')
    const local = { locality: 'local', architecture } as const
    const changing = createModelRegistry([
      variant('excluded', local),
      variant('unreachable', local),
      variant('down', local),
      variant('far', { locality: 'cloud' }),
      variant('blind', { ...local, capabilities: ['tools'] }),
      variant('fits', local),
    ])
    const selector = createSelector(changing, ({ id }) => id !== 'unreachable')
    selector.setHealth('down', 'down')
    const chosen = selector.select({ ...quick, locality: 'local', requires: ['vision'], exclude: ['excluded'] })
    expect(chosen).toMatchObject({ modelId: 'fits', eligible: 1 })
    expect(chosen.rejected).toEqual({ excluded: 1, 'no endpoint': 1, unhealthy: 1, locality: 1, capability: 1 })
    expect(selector.health('fits')).toBe('healthy')
  })

  describe('scores by its formula', () => {
    const priced = variant('priced', {
      strengths: { ...variant('x').strengths, quick_qa: 0.7 },
      prices: { input: { base: 2_000_000 }, output: { base: 8_000_000 } },
      speed: { firstTokenMs: 400, inputTokensPerSecond: 5_000, outputTokensPerSecond: 50, outputFactor: 1.5 },
    })
    const { select } = createSelector(createModelRegistry([priced]))
    // $2 and $8 per million tokens, half as many tokens again as expected; the reference is $1 and $4.
    const [input, output] = [3_000, 800]
    const cost = (input * 2_000_000 + output * 1.5 * 8_000_000) / 1_000
    const latency = 400 + (input / 5_000) * 1_000 + ((output * 1.5) / 50) * 1_000
    const halfCost = 3_000_000 + (input * 1_000_000 + output * 4_000_000) / 1_000
    const penalty = (costUnit: number, latencyUnit: number) =>
      costUnit * (cost / (cost + halfCost)) + latencyUnit * (latency / (latency + 5_000))
    const best = (complexity: 'low' | 'medium' | 'high', preference?: 'balanced' | 'cheapest' | 'fastest' | 'best') =>
      select({
        taskType: 'quick_qa',
        complexity,
        inputTokens: input,
        outputTokens: output,
        ...(preference ? { preference } : {}),
      }).candidates[0]!

    test('of quality beyond what is required, less the penalties of cost and latency', () => {
      expect(best('low').costNanoDollars).toBe(cost)
      expect(best('low').latencyMs).toBeCloseTo(latency, 6)
      expect(best('low').score).toBeCloseTo(0.45 + (0.7 - 0.45) * 0.05 - penalty(0.25, 0.2), 10)
      expect(best('medium').score).toBeCloseTo(0.62 + (0.7 - 0.62) * 0.1 - penalty(0.18, 0.1), 10)
    })

    test('with three times what is missing where the quality falls short', () => {
      expect(best('high').score).toBeCloseTo(0.85 - 3 * (0.85 - 0.7) - penalty(0.06, 0.03), 10)
    })

    test('with the weights that the preference moves', () => {
      expect(best('low', 'balanced').score).toBe(best('low').score)
      expect(best('low', 'cheapest').score).toBeCloseTo(0.45 + 0.25 * 0.05 * 0.25 - penalty(0.25 * 4, 0.2 * 0.5), 10)
      expect(best('low', 'fastest').score).toBeCloseTo(0.45 + 0.25 * 0.05 * 0.25 - penalty(0.25 * 0.5, 0.2 * 4), 10)
      expect(best('low', 'best').score).toBeCloseTo(0.45 + 0.25 * 0.05 * 4 - penalty(0.25 * 0.1, 0.2 * 0.1), 10)
    })

    test('with a penalty for health that is degraded', () => {
      const selector = createSelector(createModelRegistry([priced]))
      const healthy = selector.select(quick).candidates[0]!
      selector.setHealth('priced', 'degraded')
      const degraded = selector.select(quick).candidates[0]!
      expect(healthy.healthPenalty).toBe(0)
      expect(degraded.healthPenalty).toBe(0.15)
      expect(healthy.score - degraded.score).toBeCloseTo(0.15, 10)
    })

    test('for a thousand tokens of prompt and five hundred of answer where nothing is said', () => {
      const said = { ...quick, inputTokens: 1_000, outputTokens: 500 }
      expect(select(quick)).toEqual(select(said))
    })
  })

  test('takes the price of an output tier alone, and of an input tier alone', () => {
    const inputTier = variant('input', {
      contextWindow: 1_000_000,
      prices: { input: { base: 1_000, tier: { above: 10_000, price: 3_000 } }, output: { base: 2_000 } },
    })
    const outputTier = variant('output', {
      contextWindow: 1_000_000,
      prices: { input: { base: 1_000 }, output: { base: 2_000, tier: { above: 10_000, price: 5_000 } } },
    })
    const { outputFactor } = inputTier.speed
    const cost = (model: Model) =>
      createSelector(createModelRegistry([model])).select({ ...quick, inputTokens: 20_000, outputTokens: 1_000 })
        .candidates[0]!.costNanoDollars
    expect(cost(inputTier)).toBe(60_000 + 2_000 * outputFactor)
    expect(cost(outputTier)).toBe(20_000 + 5_000 * outputFactor)
  })

  test('learns nothing from what is not there, and keeps qualities between 0 and 1', () => {
    const selector = createSelector(createModelRegistry([variant('only')]))
    const now = () => selector.select(quick).candidates[0]!
    const before = now()
    selector.record({ modelId: 'only', taskType: 'quick_qa', succeeded: true })
    selector.record({ modelId: 'only', taskType: 'quick_qa', succeeded: true, latencyMs: 9_000 })
    selector.record({ modelId: 'only', taskType: 'quick_qa', succeeded: true, latencyMs: 9_000, outputTokens: 0 })
    selector.record({ modelId: 'only', taskType: 'quick_qa', succeeded: true, outputTokens: 50 })
    expect(now()).toEqual(before)
    selector.record({ modelId: 'only', taskType: 'quick_qa', succeeded: false, latencyMs: 90_000, outputTokens: 10 })
    expect(now().latencyMs).toBe(before.latencyMs)
    expect(now().quality).toBeCloseTo((10 * before.quality) / 11, 10)
    selector.record({ modelId: 'only', taskType: 'quick_qa', succeeded: false, quality: 1 })
    expect(now().quality).toBeCloseTo((10 * before.quality) / 12, 10)
    selector.record({ modelId: 'only', taskType: 'quick_qa', succeeded: true, quality: 7 })
    expect(now().quality).toBeCloseTo((10 * before.quality + 1) / 13, 10)
    selector.record({ modelId: 'only', taskType: 'quick_qa', succeeded: true, quality: -7 })
    expect(now().quality).toBeCloseTo((10 * before.quality + 1) / 14, 10)
  })

  test('moves its idea of speed by a fifth of each call, whatever the first token took', () => {
    const speed = { ...variant('x').speed, outputFactor: 1.5 }
    const selector = createSelector(createModelRegistry([variant('only', { speed })]))
    const perToken = () => {
      const [short, long] = [100, 200].map(
        (outputTokens) => selector.select({ ...quick, outputTokens }).candidates[0]!.latencyMs,
      )
      return (long! - short!) / 100 / speed.outputFactor
    }
    const before = perToken()
    const outcome = { modelId: 'only', taskType: 'quick_qa', succeeded: true, outputTokens: 10 } as const
    selector.record({ ...outcome, latencyMs: speed.firstTokenMs + 2_000 })
    const learnt = before + (200 / speed.outputFactor - before) * 0.2
    expect(perToken()).toBeCloseTo(learnt, 6)
    // Quicker than the first token was thought to be: no token takes less than no time.
    selector.record({ ...outcome, latencyMs: speed.firstTokenMs / 2 })
    expect(perToken()).toBeCloseTo(learnt * 0.8, 6)
  })

  test('keeps what it learnt of every task and of speed when another model changes', () => {
    const changing = createModelRegistry([variant('left'), variant('right')])
    const selector = createSelector(changing)
    for (let call = 0; call < 5; call++) {
      selector.record({ modelId: 'right', taskType: 'quick_qa', succeeded: true, latencyMs: 90_000, outputTokens: 10 })
      selector.record({ modelId: 'right', taskType: 'translation', succeeded: false })
    }
    const of = (taskType: 'quick_qa' | 'translation') =>
      selector.select({ ...quick, taskType }, 9).candidates.find(({ modelId }) => modelId === 'right')!
    const before = [of('quick_qa'), of('translation')]
    changing.set(variant('aardvark'))
    expect([of('quick_qa'), of('translation')]).toEqual(before)
    // The weight of what was judged is kept as well.
    selector.record({ modelId: 'right', taskType: 'translation', succeeded: true, quality: 1 })
    expect(of('translation').quality).toBeCloseTo((before[1]!.quality * 15 + 1) / 16, 10)
    changing.set(variant('right'))
    expect(of('translation').quality).toBeGreaterThan(before[1]!.quality)
    expect(of('quick_qa').latencyMs).toBeLessThan(before[0]!.latencyMs)
  })

  test('explains a choice in words and figures', () => {
    const candidate = createSelector(createModelRegistry([variant('only')])).select(quick).candidates[0]!
    const figures = { ...candidate, quality: 0.5, requiredQuality: 0.5, costNanoDollars: 1_234_567, latencyMs: 1_234.5 }
    expect(explainCandidate(figures, quick)).toEqual([
      'quick_qa 0.50 meets the 0.50 that low complexity asks for',
      'about $0.001235 per call',
      'about 1235 ms per call',
    ])
    expect(explainCandidate({ ...figures, costNanoDollars: 0 }, quick)[1]).toBe('costs nothing per token')
    expect(explainCandidate({ ...figures, analytical: true }, quick)).toHaveLength(3)
    expect(explainCandidate({ ...figures, analytical: false }, { ...quick, analysis: 'deep' })).toHaveLength(3)
    expect(explainCandidate({ ...figures, quality: 0.4 }, quick)[0]).toMatch(
      /is short of .*: the best within the constraints$/,
    )
  })

  test('tries the others in order where all are of one provider, or the next is of another already', () => {
    const models = [
      variant('a', { strengths: { ...variant('x').strengths, quick_qa: 0.99 } }),
      variant('b', { strengths: { ...variant('x').strengths, quick_qa: 0.98 } }),
      variant('c', { strengths: { ...variant('x').strengths, quick_qa: 0.97 } }),
    ]
    expect(createSelector(createModelRegistry(models)).select(quick).fallbacks).toEqual(['b', 'c'])
    const second = models.with(1, { ...models[1]!, provider: 'anthropic' })
    expect(createSelector(createModelRegistry(second)).select(quick).fallbacks).toEqual(['b', 'c'])
    const third = models.with(2, { ...models[2]!, provider: 'anthropic' })
    expect(createSelector(createModelRegistry(third)).select(quick).fallbacks).toEqual(['c', 'b'])
  })
})
