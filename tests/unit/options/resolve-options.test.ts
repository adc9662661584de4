import { expect, test } from 'vitest'
import { environmentName, OptionsError, resolveOptions, type VerdictOptions } from '../../../plugin/options.ts'

test('resolveOptions() decides every option without being told any', () => {
  expect(resolveOptions()).toEqual({
    profile: 'full',
    iterations: 100,
    warmup: 10,
    concurrent: 10,
    time: 500,
    sessions: 6,
    profiling: true,
    memoryTracking: true,
    outputDir: 'benchmark_results',
    useAnalyticalModels: true,
    analyticalModels: ['deepseek-r1-70b', 'llama-3.1-70b'],
    threshold: 5,
    failOn: 'critical',
    strict: false,
    live: false,
    confirm: 'regressed',
    against: null,
    severity: { medium: 10, high: 25, critical: 50 },
    baseline: null,
    machineClass: null,
    targets: null,
    failOnTarget: false,
    target: null,
  })
})

test('resolveOptions() lets the environment overrule the configuration', () => {
  const environment = {
    VITEST_VERDICT_THRESHOLD: '3',
    VITEST_VERDICT_OUTPUT_DIR: 'out',
    VITEST_VERDICT_PROFILING: 'false',
  }
  expect(resolveOptions({ threshold: 7, iterations: 50 }, environment)).toMatchObject({
    threshold: 3,
    iterations: 50,
    outputDir: 'out',
    profiling: false,
  })
})

test('resolveOptions() shortens the quick profile, unless told otherwise', () => {
  expect(resolveOptions({ profile: 'quick' })).toMatchObject({ sessions: 4, time: 100 })
  expect(resolveOptions({ profile: 'quick', sessions: 8 })).toMatchObject({ sessions: 8, time: 100 })
})

test('resolveOptions() takes the values of the command `against` with a version to measure in turns with, unless told otherwise', () => {
  expect(resolveOptions({ against: 'main' })).toMatchObject({ threshold: 3, failOn: 'low', sessions: 1 })
  expect(resolveOptions({ against: 'main', profile: 'quick' })).toMatchObject({
    threshold: 10,
    failOn: 'low',
    sessions: 1,
  })
  expect(resolveOptions({ threshold: 4, sessions: 6 }, { VITEST_VERDICT_AGAINST: '2026' })).toMatchObject({
    against: '2026',
    threshold: 4,
    sessions: 6,
  })
})

test.for<[options: object, message: RegExp]>([
  [{ iteration: 5 }, /Unknown vitest-verdict option "iteration"\. Known: .*iterations/],
  [{ iterations: 0 }, /"iterations"/],
  [{ iterations: 2.5 }, /"iterations"/],
  [{ threshold: -1 }, /"threshold"/],
  [{ threshold: Number.NaN }, /"threshold"/],
  [{ sessions: 5 }, /"sessions".*use 4 or 6/],
  [{ failOn: 'awful' }, /"failOn"/],
  [{ severity: { medium: 30 } }, /"severity".*must rise/],
  [{ machineClass: '../etc' }, /"machineClass"/],
])('resolveOptions() names what is wrong with %j', ([options, message]) => {
  expect(() => resolveOptions(options as VerdictOptions)).toThrow(OptionsError)
  expect(() => resolveOptions(options as VerdictOptions)).toThrow(message)
})

test('resolveOptions() says which environment variable a bad value came from', () => {
  expect(() => resolveOptions({}, { VITEST_VERDICT_ITERATIONS: 'many' })).toThrow(/from VITEST_VERDICT_ITERATIONS/)
})

test('resolveOptions() takes text for text, whatever it looks like', () => {
  const environment = { VITEST_VERDICT_OUTPUT_DIR: '2026', VITEST_VERDICT_MACHINE_CLASS: '24' }
  expect(resolveOptions({}, environment)).toMatchObject({ outputDir: '2026', machineClass: '24' })
})

test('environmentName() spells an option as a variable', () => {
  expect(environmentName('memoryTracking')).toBe('VITEST_VERDICT_MEMORY_TRACKING')
})
