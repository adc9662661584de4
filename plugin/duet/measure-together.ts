import type { BenchmarkGroup, BenchResult } from 'vitest'
import { watchAbort } from '../measure/abort-watch.ts'
import type { BenchmarkOptions } from '../measure/bench-options.ts'
import { toBenchResult } from '../measure/bench-result.ts'
import { seedOf } from '../measure/interleaved-order.ts'
import { SampleRecorder } from '../measure/sample-recorder.ts'
import { type MeasureOptions, type RunOptions, resolveBudget } from '../measure/settings.ts'
import { createSubject, type Subject } from '../measure/subject.ts'
import type { DuetFileRecord, DuetRecord, DuetSetup, Lane } from './lane.ts'
import { measureLanes } from './measure-lanes.ts'
import { measureLoadLanes } from './measure-load-lanes.ts'
import type { MeetingPoint } from './rendezvous.ts'

/** One version of one benchmark. */
export interface Party {
  lane: Lane
  subject: Subject
  run: RunOptions
}

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
  const parties = new Map<Lane, Map<string, Party>>()
  const failures = new Map<Lane, unknown>()
  for (const [lane, group] of groups) {
    try {
      parties.set(lane, partiesOf(lane, group, options))
    } catch (error) {
      failures.set(lane, error)
    }
  }
  const head = groups.get('head')
  const abort = watchAbort(
    [...groups.values()].flatMap(({ test, options }) => [test.context.signal, (options as RunOptions)?.signal]),
    () => {},
  )
  try {
    for (const name of parties.get('head')?.keys() ?? []) {
      const together = [...parties.values()].flatMap((ofLane) => ofLane.get(name) ?? [])
      const record = createRecord(name, call, together[0]!.subject.options)
      for (const [lane, error] of failures) record.errors[lane] = errorText(error)
      head!.test.meta.verdictDuet ??= []
      head!.test.meta.verdictDuet.push(record)
      const seed = seedOf(`${head!.test.fullTestName} ${call} ${name} ${options.session}`)
      const measure = allUnderLoad(together) ? measureLoadLanes : measureLanes
      await Promise.race([measure(together, record, { options, seed, aborted: () => abort.aborted }), abort.rejection])
      for (const { lane, subject } of together) {
        if (subject.error === undefined) continue
        record.errors[lane] = errorText(subject.error)
        failures.set(lane, subject.error)
      }
    }
  } finally {
    abort.stop()
  }
  for (const name of parties.get('base')?.keys() ?? []) {
    if (!parties.get('head')?.has(name)) file.removed.push({ test: groups.get('base')!.test.fullTestName, name })
  }
  return new Map(
    [...groups].map(([lane, group]): [Lane, Outcome] => {
      if (failures.has(lane)) return [lane, { error: failures.get(lane) }]
      return [lane, { result: [...parties.get(lane)!.values()].map(({ subject }) => resultOf(subject, group)) }]
    }),
  )
}

function allUnderLoad(parties: readonly Party[]): boolean {
  return parties.every(({ subject }) => subject.options.load !== undefined)
}

function partiesOf(lane: Lane, { registrations, options }: BenchmarkGroup, plugin: MeasureOptions): Map<string, Party> {
  const run = (options ?? {}) as RunOptions
  return new Map(
    registrations.map(({ name, fn, fnOpts }) => {
      const own = (fnOpts ?? {}) as BenchmarkOptions
      return [name, { lane, run, subject: createSubject(name, fn, own, resolveBudget(name, own, run, plugin)) }]
    }),
  )
}

function createRecord(name: string, call: number, { category, threshold }: BenchmarkOptions): DuetRecord {
  return {
    name,
    call,
    ...(category !== undefined && { category }),
    ...(threshold !== undefined && { threshold }),
    figures: {},
    errors: {},
  }
}

/** For assertions in the test; a benchmark that was not measured, since only the base has it, took 1 ns. */
function resultOf({ name, recorder, batchSize }: Subject, { config }: BenchmarkGroup): BenchResult {
  if (recorder.count > 0) return toBenchResult(name, recorder, batchSize, config.retainSamples)
  const nothing = new SampleRecorder(true)
  nothing.record(1)
  return toBenchResult(name, nothing, 1, config.retainSamples)
}

function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
