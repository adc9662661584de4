import { writeFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { test } from '../../../fixtures/index.ts'
import {
  mergeBehaviour,
  parseWith,
  readScenario,
  type ScenarioInput,
  scenarioSchema,
} from '../../../fixtures/providers/scenario.ts'
import { createSimulatedProviders } from '../../../fixtures/providers/simulated-providers.ts'

const parse = (scenario: unknown) => parseWith(scenarioSchema, scenario, 'the scenario')

test.for([
  [{ sede: 1 }, /at the top: .*sede/],
  [{ seed: -1 }, /at seed: /],
  [{ script: ['nonsense'] }, /at script\.0: .*"reset"/],
  [{ script: [{ fial: '500' }] }, /at script\.0: .*"fial"/],
  [{ script: [{ fail: { kind: 'status', status: 418 } }] }, /at script\.0\.fail\.status: .*400/],
  [{ providers: { openai: { defaults: { servers: 0 } } } }, /at providers\.openai\.defaults\.servers: .*>0/],
  [{ providers: { mistral: {} } }, /at providers: .*mistral/],
  [{ failures: [{ rate: 2, fail: '500' }] }, /at failures\.0\.rate: /],
] as const)('a scenario is refused where it is wrong: %j', ([scenario, message], { expect }) => {
  expect(() => parse(scenario)).toThrow(message)
  expect(() => createSimulatedProviders({ scenario: scenario as ScenarioInput })).toThrow('Cannot use the scenario')
})

test('short forms of failures mean their long forms', () => {
  const { script } = parse({ script: ['ok', '503', 'insufficient_quota', 'context_length_exceeded', 'cut'] })
  expect(script).toEqual([
    { times: 1 },
    { times: 1, fail: { kind: 'status', status: 503 } },
    { times: 1, fail: { kind: 'status', status: 429, code: 'insufficient_quota' } },
    { times: 1, fail: { kind: 'status', status: 400, code: 'context_length_exceeded' } },
    { times: 1, fail: { kind: 'cut', afterTokens: 3 } },
  ])
})

test('mergeBehaviour() merges providers and their models and replaces lists', () => {
  const base = parse({
    script: ['500'],
    providers: { ollama: { defaults: { servers: 1 }, models: { a: { loadMs: 1 }, b: {} } } },
  })
  const over = parse({
    script: ['ok'],
    providers: { ollama: { models: { a: { sizeMb: 5 } } }, openai: { strict: true } },
  })
  const merged = mergeBehaviour(base, over)
  expect(merged.script).toEqual([{ times: 1 }])
  expect(merged.providers?.ollama).toMatchObject({
    defaults: { servers: 1 },
    models: { a: { loadMs: 1, sizeMb: 5 }, b: {} },
  })
  expect(merged.providers?.openai?.strict).toBe(true)
})

test('readScenario() says which file and what is wrong with it', async ({ tempDir }) => {
  const path = `${tempDir}/scenario.json`
  await expect(readScenario(path)).rejects.toThrow(`Cannot read the scenario file ${path}: ENOENT`)
  await expect(readScenario(tempDir)).rejects.toThrow('EISDIR')
  await writeFile(path, '{')
  await expect(readScenario(path)).rejects.toThrow(`Cannot read the scenario file ${path} as it is not JSON`)
  await writeFile(path, '{"timeScale":-1}')
  await expect(readScenario(path)).rejects.toThrow(
    new RegExp(`Cannot use the scenario file ${path} as it is not valid:\\n  at timeScale: `),
  )
  await writeFile(path, '{"seed":4}')
  expect(await readScenario(path)).toEqual({ seed: 4 })
})
