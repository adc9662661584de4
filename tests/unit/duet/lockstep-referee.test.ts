import { describe, expect, test } from 'vitest'
import type { Lane } from '../../../plugin/duet/lane.ts'
import type { ActName, LockstepArrival, LockstepWorker } from '../../../plugin/duet/lockstep-protocol.ts'
import { lockstepReferee, type RefereeOptions } from '../../../plugin/duet/lockstep-referee.ts'
import type { PlayerFacts } from '../../../plugin/duet/player.ts'

const all: Lane[] = ['head', 'base', 'null']
const loop = { perCallNs: 1, spreadNs: 1 }
const budget: PlayerFacts['budget'] = {
  iterations: 10,
  exactIterations: false,
  timeMs: 1,
  exactTime: true,
  warmupCalls: 1,
  warmupMs: 0,
  exactWarmup: true,
}

/** What a healthy version answers; a call takes `ns`. */
const answers = (ns: number): Record<ActName, unknown> => ({
  warmUp: { callNs: ns, single: false },
  open: undefined,
  loops: { sync: loop, async: loop },
  prepare: undefined,
  takeTurn: undefined,
  close: undefined,
  times: { batchesNs: [[ns, ns]], roundsNs: [ns], collecting: null },
  runBlock: undefined,
  loadFigures: { throughput: { title: 'Throughput', unit: '1/s', direction: 'higher', gate: false, value: 1e9 / ns } },
  ownFigures: {},
})

/** A referee over versions that are no processes; `log` notes every act in the order in which they begin and end. */
function match({ lanes = all, ...options }: Partial<RefereeOptions> = {}) {
  const log: string[] = []
  const hung: string[] = []
  const referee = lockstepReferee({
    lanes,
    missing: new Map(),
    session: 1,
    time: 1,
    ownFigures: false,
    baseFirst: false,
    patienceMs: 60_000,
    onHung: (lane, why) => void hung.push(`${lane} ${why}`),
    ...options,
  })
  for (const lane of lanes) referee.laneStarted(lane)
  const seat = (lane: Lane, instead: Partial<Record<ActName, () => Promise<unknown>>> = {}) => {
    const worker: LockstepWorker = {
      async act(_, __, act) {
        log.push(`${lane} ${act}`)
        try {
          return { value: await (instead[act]?.() ?? Promise.resolve(answers(lane === 'head' ? 300 : 100)[act])) }
        } catch (error) {
          return { error: (error as Error).message }
        } finally {
          log.push(`${lane} ${act} over`)
        }
      },
    }
    const table = referee.join(lane, worker)
    return {
      arrive: (name: string, more: Partial<LockstepArrival> = {}) => {
        const facts = { name, budget, underLoad: false }
        const point = { test: name, call: 0 }
        return table.arrive({ id: 0, point, test: name, remaining: [name], players: [facts], ...more })
      },
    }
  }
  return { referee, seat, log, hung }
}

const never = () => new Promise<never>(() => {})

describe('lockstepReferee()', () => {
  test('lets one version act at a time, and tells all of them the figures', async () => {
    const { seat, log } = match()
    const outcomes = await Promise.all(all.map((lane) => seat(lane).arrive('work')))
    for (const [index, entry] of log.entries()) if (index % 2 === 0) expect(log[index + 1]).toBe(`${entry} over`)
    for (const lane of all) expect(log).toContain(`${lane} takeTurn`)
    const { duration_quartile } = outcomes[0]!.records[0]!.figures
    expect(duration_quartile!.values).toEqual({ head: expect.closeTo(300, 6), base: 100, null: 100 })
    expect(outcomes[1]).toEqual(outcomes[0])
    expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined, undefined])
  })

  test('measures load in blocks, there and back', async () => {
    const { seat, log } = match({ lanes: ['head', 'base'] })
    const players = [{ name: 'load', budget, underLoad: true }]
    const [outcome] = await Promise.all([
      seat('head').arrive('load', { players }),
      seat('base').arrive('load', { players }),
    ])
    const blocks = log.filter((entry) => entry.endsWith('runBlock'))
    expect(blocks).toEqual(['head runBlock', 'base runBlock', 'base runBlock', 'head runBlock'])
    expect(outcome.records[0]!.figures.throughput!.values).toEqual({ head: 1e9 / 300, base: 1e7 })
  })

  test('asks the versions for times of their own where they are wanted', async () => {
    const { seat, log } = match({ ownFigures: true })
    const held = async () => ({ held: { title: 'Held', unit: 'B', direction: 'lower', gate: true, value: 7 } })
    const [outcome] = await Promise.all(all.map((lane) => seat(lane, { ownFigures: held }).arrive('work')))
    expect(outcome!.records[0]!.figures.held!.values).toEqual({ head: 7, base: 7, null: 7 })
    const plain = match()
    await Promise.all(all.map((lane) => plain.seat(lane).arrive('work')))
    expect(log).toContain('head ownFigures')
    expect(plain.log).not.toContain('head ownFigures')
  })

  test('leaves out a version that throws, with its error, and measures the others', async () => {
    const { seat, hung } = match()
    const throws = async () => {
      throw new Error('out of handles')
    }
    const [head, base] = await Promise.all([
      seat('head').arrive('work'),
      seat('base', { takeTurn: throws }).arrive('work'),
      seat('null').arrive('work'),
    ])
    expect(head!.error).toBeUndefined()
    expect(base!.error).toContain('out of handles')
    expect(head!.records[0]!.errors).toEqual({ base: expect.stringContaining('out of handles') })
    expect(Object.keys(head!.records[0]!.figures.duration_mean!.values).sort()).toEqual(['head', 'null'])
    expect(hung).toEqual([])
  })

  test.for(['warmUp', 'takeTurn', 'close', 'times'] as const)(
    'ends a version that hangs in %s, and measures the working tree',
    async (act) => {
      const { seat, hung } = match({ patienceMs: 20 })
      const [head] = await Promise.all([
        seat('head').arrive('work'),
        seat('base', { [act]: never }).arrive('work'),
        seat('null').arrive('work'),
      ])
      // Nobody waits for the second copy of what hangs.
      expect(hung).toEqual([expect.stringContaining('base gave no sign'), 'null the base was ended'])
      expect(head!.records[0]!.errors.base).toContain('gave no sign')
      expect(head!.records[0]!.figures.duration_quartile!.values).toEqual({ head: 300 })
    },
  )

  test('ends a version that never arrives, and goes on with those that wait', async () => {
    const { seat, hung } = match({ patienceMs: 20 })
    const [head] = await Promise.all([seat('head').arrive('work'), seat('null').arrive('work')])
    expect(hung).toEqual([expect.stringContaining('base gave no sign'), 'null the base was ended'])
    expect(head!.records[0]!.errors.base).toContain('gave no sign')
  })

  test('goes on without a version that dies before it arrives, or as it waits', async () => {
    const { referee, seat, hung } = match()
    const died = seat('null', { warmUp: () => Promise.reject(new Error('its worker ended')) }).arrive('work')
    const head = seat('head').arrive('work')
    referee.laneEnded('base')
    referee.laneEnded('null')
    await died
    const { records } = await head
    expect(records[0]!.figures.duration_quartile!.values).toEqual({ head: 300 })
    expect(hung).toEqual([])
  })

  test('says why there is no base, with every benchmark', async () => {
    const { seat } = match({ lanes: ['head'], missing: new Map([['base', 'it has Vitest 4.0.0']]) })
    const { records } = await seat('head').arrive('work')
    expect(records[0]!.errors).toEqual({ base: 'it has Vitest 4.0.0' })
  })

  test('notes what only the base has, and says when its tests come in another order', async () => {
    const { referee, seat } = match({ lanes: ['head', 'base'] })
    const [head, base] = [seat('head'), seat('base')]
    const early = base.arrive('b', { remaining: ['b', 'a'] })
    const { records } = await head.arrive('a', { remaining: ['a', 'b'] })
    expect(records[0]!.errors.base).toContain('another order')
    await Promise.all([head.arrive('b'), early])
    referee.laneEnded('head')
    await base.arrive('old')
    referee.laneEnded('base')
    expect(referee.removed).toEqual([{ test: 'old', name: 'old' }])
  })

  test('tells when a version is loaded: at its first arrival, or at its end', async () => {
    const { referee, seat } = match({ lanes: ['head', 'base'] })
    const seen: string[] = []
    const loaded = (['head', 'base'] as const).map((lane) => referee.loaded(lane).then(() => seen.push(lane)))
    const arrived = seat('base').arrive('work')
    await loaded[1]
    expect(seen).toEqual(['base'])
    referee.laneEnded('head')
    await Promise.all([arrived, ...loaded])
  })
})
