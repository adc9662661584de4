import { now } from '../measure/clock.ts'
import { seedOf } from '../measure/interleaved-order.ts'
import { gatherFigures } from './gather-figures.ts'
import type { DuetRecord, Lane } from './lane.ts'
import { type LaneContext, measureLanes } from './measure-lanes.ts'
import { measureLoadLanes } from './measure-load-lanes.ts'
import type { Player } from './player.ts'

/** What one version brings to a meeting. */
export interface Cast {
  /** Full name of the test. */
  test: string
  /** By name of the benchmark. */
  players: ReadonlyMap<string, Player>
}

export interface CastsContext extends Omit<LaneContext, 'seed'> {
  session: number
  /** Number of the provider's call within the test, from 0. */
  call: number
  /** What the lanes have failed of already; what fails meanwhile is added. */
  failures: Map<Lane, unknown>
  /** Hears of each benchmark before it is measured: the record is filled meanwhile. */
  onRecord: (record: DuetRecord) => void
  /** Hears of what only the base has, which is not measured. */
  onRemoved: (benchmark: { test: string; name: string }) => void
}

/** Measures what the lanes brought benchmark by benchmark, the versions of each in turns. */
export async function measureCasts(casts: ReadonlyMap<Lane, Cast>, context: CastsContext): Promise<void> {
  const { call, session, failures } = context
  const head = casts.get('head')
  const base = casts.get('base')
  for (const name of head?.players.keys() ?? []) {
    const together = [...casts.values()].flatMap(({ players }) => players.get(name) ?? [])
    const record = createRecord(together[0]!, call)
    for (const [lane, error] of failures) record.errors[lane] = errorText(error)
    context.onRecord(record)
    const start = now()
    const measure = together.every(({ underLoad }) => underLoad) ? measureLoadLanes : measureLanes
    await measure(together, record, { ...context, seed: seedOf(`${head!.test} ${call} ${name} ${session}`) })
    const { ownFigures, baseFirst } = context.options
    if (ownFigures) {
      await gatherFigures(baseFirst ? together.toReversed() : together, record, (player) => player.ownFigures())
    }
    record.tookMs = now() - start
    for (const { lane, error } of together) {
      if (error === undefined) continue
      record.errors[lane] = errorText(error)
      failures.set(lane, error)
    }
  }
  for (const name of base?.players.keys() ?? []) {
    if (!head?.players.has(name)) context.onRemoved({ test: base!.test, name })
  }
}

function createRecord({ name, category, threshold }: Player, call: number): DuetRecord {
  return {
    name,
    call,
    ...(category !== undefined && { category }),
    ...(threshold !== undefined && { threshold }),
    figures: {},
    tookMs: 0,
    errors: {},
  }
}

export function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
