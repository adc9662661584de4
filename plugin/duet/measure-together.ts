import type { BenchmarkGroup, BenchResult } from 'vitest'
import { watchAbort } from '../measure/abort-watch.ts'
import type { MeasureOptions, RunOptions } from '../measure/settings.ts'
import type { DuetFileRecord, DuetSetup, Lane } from './lane.ts'
import { localPlayer } from './local-player.ts'
import { type Cast, measureCasts } from './measure-casts.ts'
import { partiesOf, resultsOf } from './parties.ts'
import type { MeetingPoint } from './rendezvous.ts'

type Outcome = { result: BenchResult[] } | { error: unknown }

/**
 * Measures what the lanes registered under one provider call: benchmark by benchmark, the versions of each in turns. The
 * figures go into the head's `test.meta`; what only the base has is noted and not measured.
 */
export async function measureTogether(
  { call }: MeetingPoint,
  groups: ReadonlyMap<Lane, BenchmarkGroup>,
  options: MeasureOptions & DuetSetup,
  file: DuetFileRecord,
): Promise<Map<Lane, Outcome>> {
  const parties = new Map<Lane, ReturnType<typeof partiesOf>>()
  const failures = new Map<Lane, unknown>()
  for (const [lane, group] of groups) {
    try {
      parties.set(lane, partiesOf(lane, group, options))
    } catch (error) {
      failures.set(lane, error)
    }
  }
  const abort = watchAbort(
    [...groups.values()].flatMap(({ test, options }) => [test.context.signal, (options as RunOptions)?.signal]),
    () => {},
  )
  const aborted = () => abort.aborted
  const castOf = ([lane, ofLane]: [Lane, ReturnType<typeof partiesOf>]): [Lane, Cast] => [
    lane,
    {
      test: groups.get(lane)!.test.fullTestName,
      players: new Map([...ofLane].map(([name, party]) => [name, localPlayer(party, aborted)])),
    },
  ]
  const casts = new Map([...parties].map(castOf))
  const { session } = options
  const measured = measureCasts(casts, {
    options,
    session,
    call,
    aborted,
    failures,
    onRecord(record) {
      const { meta } = groups.get('head')!.test
      meta.verdictDuet ??= []
      meta.verdictDuet.push(record)
    },
    onRemoved: (benchmark) => void file.removed.push(benchmark),
  })
  try {
    await Promise.race([measured, abort.rejection])
  } finally {
    abort.stop()
  }
  return new Map(
    [...groups].map(([lane, group]): [Lane, Outcome] =>
      failures.has(lane)
        ? [lane, { error: failures.get(lane) }]
        : [lane, { result: resultsOf(parties.get(lane)!, group) }],
    ),
  )
}
