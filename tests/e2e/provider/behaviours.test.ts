import { expect, test } from 'vitest'
import { runVitest } from '../../support/run-vitest.ts'

interface Outcome {
  test: string
  state: string
  events?: string[]
  /** What our provider has recorded. */
  measured?: { name: string; status: string; iterations: number }[]
  errors?: { name: string; message: string; file?: string; line?: number }[]
}

async function outcomes(provider: 'built-in' | 'ours'): Promise<Map<string, Outcome>> {
  const { output } = await runVitest('provider-behaviours', ['bench', '--run'], {
    PROVIDER: provider,
    RESULTS: `results-${provider}`,
  })
  const lines = output.split('\n').filter((line) => line.startsWith('@@'))
  expect(lines.length, output).toBeGreaterThan(0)
  return new Map(lines.map((line) => JSON.parse(line.slice(2)) as Outcome).map((outcome) => [outcome.test, outcome]))
}

const [builtIn, ours] = await Promise.all([outcomes('built-in'), outcomes('ours')])

/** Documented behaviours in which both must agree to the letter: state, errors with the user's own place, events. */
test.for([
  ['hooks', 'passed'],
  ['an error carries its own stack', 'failed'],
  ['a rejection', 'failed'],
  ['throws: true', 'failed'],
  ['a hook that throws', 'failed'],
  ['a signal that is aborted', 'passed'],
  ['toBeFasterThan and compare', 'passed'],
  ['writeResult and bench.from', 'passed'],
  ['the result that run() gives', 'passed'],
  ['a call that never settles', 'failed'],
] as const)('the provider behaves like the built-in one: %s (%s)', ([name, state]) => {
  expect(builtIn.get(name)?.state).toBe(state)
  const { measured: _, ...told } = ours.get(name)!
  expect(told).toEqual(builtIn.get(name))
})

/** Both refuse; only the words differ, or what they are wrapped in. */
test.for(['several errors of a comparison', 'two benchmarks of one name'])(
  'the provider refuses like the built-in one: %s',
  (name) => {
    expect(builtIn.get(name)?.state).toBe('failed')
    expect(ours.get(name)?.state).toBe('failed')
  },
)

test('the provider saves what it has measured of a call that never settles, marked incomplete', () => {
  const { errors, measured } = ours.get('a call that never settles')!
  expect(errors![0]!.message).toContain('timed out')
  expect(measured).toEqual([{ name: 'hangs', status: 'incomplete', iterations: expect.any(Number) }])
  expect(measured![0]!.iterations).toBeGreaterThan(0)
})
