import type { DuetRecord, Lane } from './lane.ts'
import type { LockstepArrival, LockstepOutcome, LockstepTable, LockstepWorker } from './lockstep-protocol.ts'
import { type Cast, measureCasts } from './measure-casts.ts'
import type { Player, PlayerActs, PlayerFacts } from './player.ts'
import { createRendezvous } from './rendezvous.ts'

/**
 * A version's turn in short rounds, ms: handing over to another process takes about 0.1 ms and leaves cold caches, so turns
 * are longer than within one process.
 */
const TURN_MS = 2.5

export interface RefereeOptions {
  /** Lanes that are going to run. */
  lanes: readonly Lane[]
  /** Why others are not. */
  missing: ReadonlyMap<Lane, string>
  session: number
  time: number
  ownFigures: boolean
  baseFirst: boolean
  /** How long any one thing may take, ms. */
  patienceMs: number
  /** Asked to end the processes of a lane that has exceeded it. */
  onHung: (lane: Lane, why: string) => void
}

/** Measures one file whose versions run in processes of their own. */
export interface LockstepReferee {
  /** A lane begins to run its file; from now on something has to be heard from it. */
  laneStarted(lane: Lane): void
  /** A process of the lane is there. */
  join(lane: Lane, worker: LockstepWorker): LockstepTable
  /** Nothing more comes from the lane, whether it is done or dead. */
  laneEnded(lane: Lane): void
  /** Resolves when the lane has arrived for the first time or has ended: it is loaded. */
  loaded(lane: Lane): Promise<void>
  /** Benchmarks that only the base has. */
  removed: { test: string; name: string }[]
}

/** What a lane brings to the rendezvous. */
interface Brought {
  arrival: LockstepArrival
  worker: LockstepWorker
}

const acts = [
  'warmUp',
  'open',
  'loops',
  'prepare',
  'takeTurn',
  'close',
  'times',
  'runBlock',
  'loadFigures',
  'ownFigures',
] as const satisfies readonly (keyof PlayerActs)[]

/**
 * Lets the lanes meet and shares out the turns. No lane can hold up the others: one that dies is left out, one that takes
 * longer than the patience is given up.
 */
export function lockstepReferee(options: RefereeOptions): LockstepReferee {
  const { lanes, patienceMs, onHung } = options
  const rendezvous = createRendezvous<Brought, LockstepOutcome>(lanes)
  const removed: LockstepReferee['removed'] = []
  const loaded = new Map(lanes.map((lane) => [lane, Promise.withResolvers<void>()]))
  const running = new Set<Lane>()
  const waiting = new Map<Lane, number>()
  const remaining = new Map<Lane, readonly string[]>()
  const givenUp = new Map<Lane, string>(options.missing)
  let measuring = false
  let watchdog: NodeJS.Timeout | undefined

  const end = (lane: Lane) => {
    running.delete(lane)
    remaining.delete(lane)
    loaded.get(lane)?.resolve()
    rendezvous.laneEnded(lane)
    watch()
  }
  const giveUp = (lane: Lane, why: string) => {
    if (givenUp.has(lane)) return
    givenUp.set(lane, why)
    onHung(lane, why)
    end(lane)
    // Its second copy would only hang too.
    if (lane === 'base' && running.has('null')) giveUp('null', 'the base was ended')
  }
  /** Something has happened: waiting begins anew. While a benchmark is measured, each act has its own limit. */
  const watch = () => {
    clearTimeout(watchdog)
    if (measuring || running.size === 0) return
    watchdog = setTimeout(() => {
      for (const lane of [...running].filter((each) => !waiting.has(each))) giveUp(lane, silence(patienceMs))
    }, patienceMs)
  }

  const remotePlayer = (lane: Lane, { arrival, worker }: Brought, facts: PlayerFacts): Player => {
    const act = async (name: (typeof acts)[number], args: unknown[]) => {
      if (givenUp.has(lane)) throw new Error(givenUp.get(lane))
      const limit = Promise.withResolvers<never>()
      const timer = setTimeout(() => {
        giveUp(lane, silence(patienceMs))
        limit.reject(new Error(givenUp.get(lane)))
      }, patienceMs)
      try {
        const outcome = await Promise.race([worker.act(arrival.id, facts.name, name, args), limit.promise])
        if ('error' in outcome) throw outcome.error
        return outcome.value
      } finally {
        clearTimeout(timer)
      }
    }
    const told = Object.fromEntries(acts.map((name) => [name, (...args: unknown[]) => act(name, args)]))
    return { lane, ...facts, ...(told as unknown as PlayerActs) }
  }

  const measure = async (call: number, test: string, brought: ReadonlyMap<Lane, Brought>) => {
    const failures = new Map<Lane, unknown>(givenUp)
    for (const [lane, { arrival }] of brought) if (arrival.error !== undefined) failures.set(lane, arrival.error)
    if (!brought.has('base') && remaining.get('base')?.includes(test)) {
      failures.set('base', 'its tests come in another order, so the two could not be measured together')
    }
    const cast = ([lane, each]: [Lane, Brought]): [Lane, Cast] => [
      lane,
      {
        test: each.arrival.test,
        players: new Map(each.arrival.players.map((facts) => [facts.name, remotePlayer(lane, each, facts)])),
      },
    ]
    const records: DuetRecord[] = []
    await measureCasts(new Map([...brought].map(cast)), {
      options,
      session: options.session,
      call,
      turnMs: TURN_MS,
      settled: true,
      aborted: () => false,
      failures,
      onRecord: (record) => void records.push(record),
      onRemoved: (benchmark) => void removed.push(benchmark),
    })
    return new Map(
      [...brought.keys()].map((lane) => {
        const error = failures.get(lane)
        return [lane, { result: { records, ...(error !== undefined && { error: String(error) }) } }] as const
      }),
    )
  }

  return {
    laneStarted(lane) {
      running.add(lane)
      watch()
    },
    join: (lane, worker) => ({
      async arrive(arrival) {
        if (!running.has(lane)) return { records: [], error: givenUp.get(lane) ?? 'this lane has ended' }
        waiting.set(lane, (waiting.get(lane) ?? 0) + 1)
        remaining.set(lane, arrival.remaining)
        rendezvous.plan(lane, arrival.remaining)
        loaded.get(lane)?.resolve()
        watch()
        try {
          return await rendezvous.arrive(lane, arrival.point, { arrival, worker }, async ({ call, test }, brought) => {
            measuring = true
            watch()
            try {
              return await measure(call, test, brought)
            } finally {
              measuring = false
            }
          })
        } finally {
          const others = waiting.get(lane)! - 1
          if (others === 0) waiting.delete(lane)
          else waiting.set(lane, others)
          watch()
        }
      },
    }),
    laneEnded: end,
    loaded: (lane) => loaded.get(lane)?.promise ?? Promise.resolve(),
    removed,
  }
}

function silence(patienceMs: number): string {
  return `gave no sign for ${Math.round(patienceMs / 1000)} s, so it was ended`
}
