import { describe, expect, test } from 'vitest'
import { type DuetRecord, type DuetSetup, type Lane, withCollections } from '../../../plugin/duet/lane.ts'
import { localPlayer } from '../../../plugin/duet/local-player.ts'
import { measureLanes } from '../../../plugin/duet/measure-lanes.ts'
import type { BenchmarkOptions } from '../../../plugin/measure/bench-options.ts'
import { defaultMeasureOptions, resolveBudget } from '../../../plugin/measure/settings.ts'
import { createSubject } from '../../../plugin/measure/subject.ts'

const options: DuetSetup = { repository: '/', trees: null, session: 1, baseFirst: false, time: 1, ownFigures: false }
const context = { options, seed: 1, aborted: () => false }
const quickly = { warmupTime: 1, warmupIterations: 1 }

function party(lane: Lane, fn: () => unknown, own: BenchmarkOptions = {}) {
  const budget = resolveBudget('work', { ...quickly, ...own }, {}, defaultMeasureOptions)
  return { lane, run: {}, subject: createSubject('work', fn, own, budget) }
}

const playersOf = (parties: ReturnType<typeof party>[]) => parties.map((each) => localPlayer(each, () => false))

const emptyRecord = (): DuetRecord => ({ name: 'work', call: 0, figures: {}, tookMs: 0, errors: {} })

function spin(rounds: number): number {
  let sum = 0
  for (let index = 0; index < rounds; index++) sum = (sum * 31 + index) | 0
  return sum
}

describe('measureLanes()', () => {
  test('gives every version quartile and mean, from batches of the same number of calls', async () => {
    const parties = [party('head', () => spin(3000)), party('base', () => spin(300)), party('null', () => spin(300))]
    const record = emptyRecord()
    await measureLanes(playersOf(parties), record, context)
    for (const { values } of Object.values(record.figures)) {
      expect(Object.keys(values).sort()).toEqual(['base', 'head', 'null'])
      expect(values.head! / values.base!).toBeGreaterThan(2)
    }
    expect(Object.keys(record.figures)).toEqual(['duration_quartile', 'duration_mean', withCollections])
    expect(new Set(parties.map(({ subject }) => subject.batchSize)).size).toBe(1)
  })

  test('tells what calls take with the garbage collection that they cause, where they are not slow', async () => {
    const allocate = () => Array.from({ length: 50 }, (_, index) => ({ index }))
    const own = { warmupTime: 20, warmupIterations: 1 }
    const parties = (['head', 'base', 'null'] as const).map((lane) => party(lane, allocate, own))
    const record = emptyRecord()
    await measureLanes(playersOf(parties), record, { ...context, options: { ...options, time: 45 } })
    expect(Object.keys(record.figures)).toEqual(['duration_quartile', 'duration_mean', withCollections])
    const { values } = record.figures[withCollections]!
    expect(Object.keys(values).sort()).toEqual(['base', 'head', 'null'])
    for (const value of Object.values(values)) expect(value).toBeGreaterThan(0)
  })

  test('lets a version that fails leave, and measures the others', async () => {
    let calls = 0
    const fails = () => {
      if (++calls > 5) throw new Error('out of handles')
    }
    const parties = [party('head', () => spin(100)), party('base', fails), party('null', async () => spin(100))]
    const record = emptyRecord()
    await measureLanes(playersOf(parties), record, context)
    expect(parties[1]!.subject.error).toMatchObject({ message: 'out of handles' })
    expect(Object.keys(record.figures.duration_quartile!.values).sort()).toEqual(['head', 'null'])
  })

  test('calls each version as often as the user fixed, between hooks of its own', async () => {
    const events: string[] = []
    const hooked = (lane: Lane) => {
      let calls = 0
      const own: BenchmarkOptions = {
        iterations: 4,
        ...quickly,
        beforeAll: (mode) => void events.push(`${lane} begins ${mode}`),
        afterAll(mode) {
          if (mode === 'run') events.push(`${lane} ran ${calls}`)
          calls = 0
        },
      }
      return party(lane, () => ++calls, own)
    }
    await measureLanes(playersOf([hooked('head'), hooked('base')]), emptyRecord(), context)
    const of = (lane: Lane) => events.filter((event) => event.startsWith(lane))
    expect(of('head')).toEqual(['head begins warmup', 'head begins run', expect.stringMatching(/head ran \d+/)])
    expect(of('base')).toEqual(['base begins warmup', 'base begins run', expect.stringMatching(/base ran \d+/)])
    const [head, base] = (['head', 'base'] as const).map((lane) => Number(of(lane).at(-1)!.split(' ').at(-1)))
    expect(head).toBe(base)
  })
})
