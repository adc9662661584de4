import type { LoadOptions } from '../measure/bench-options.ts'
import { createLoadRun, describeLoad, type LoadRun, runLoad } from '../measure/load/load-engine.ts'
import { resolveLoad } from '../measure/load/load-plan.ts'
import { defaultMeasureOptions } from '../measure/settings.ts'
import { mean } from '../statistics/mean.ts'
import { median } from '../statistics/median.ts'
import { quantileOfSorted } from '../statistics/quantile.ts'
import { sorted } from '../statistics/sorted.ts'
import type { DuetFigure, DuetRecord } from './lane.ts'
import type { LaneContext } from './measure-lanes.ts'
import type { Party } from './measure-together.ts'

/** No probes: they would watch all versions of the process at once. */
const noProbes = { memory: false, cpu: false, withoutCalls: false }

/**
 * Measures the versions of one load benchmark in blocks, each version once forward and once backward (A B C C B A): two loads
 * at a time would be one. The work of a benchmark is divided between its two blocks.
 */
export async function measureLoadLanes(
  parties: readonly Party[],
  record: DuetRecord,
  { options, aborted }: LaneContext,
): Promise<void> {
  const order = options.baseFirst ? parties.toReversed() : parties
  const blocks = new Map<Party, LoadRun[]>(parties.map((party) => [party, []]))
  for (const party of [...order, ...order.toReversed()]) {
    const { subject, run } = party
    if (subject.error !== undefined || aborted()) continue
    try {
      const plan = resolveLoad(subject.name, half(subject.options.load!), defaultMeasureOptions)
      const block = createLoadRun(subject, plan)
      blocks.get(party)!.push(block)
      await runLoad(block, run, noProbes, aborted)
      if (block.log.succeeded === 0) throw new Error(`Every request of "${subject.name}" failed`)
      for (const ns of block.log.good.samples()) subject.recorder.record(ns)
    } catch (error) {
      subject.error = error ?? new Error(`Benchmark "${subject.name}" threw ${String(error)}`)
    }
  }
  const values = (figure: (logs: LoadRun[]) => number) =>
    Object.fromEntries(
      [...blocks].flatMap(([{ lane, subject }, runs]) => (subject.error === undefined ? [[lane, figure(runs)]] : [])),
    ) as DuetFigure['values']
  const latencies = (runs: LoadRun[]) => runs.flatMap(({ log }) => log.good.samples())
  record.figures = {
    duration_median: {
      ...duration,
      title: 'Median Duration',
      gate: true,
      values: values((runs) => median(latencies(runs))),
    },
    duration_mean: {
      ...duration,
      title: 'Average Duration',
      gate: true,
      values: values((runs) => mean(runs.map(({ log }) => log.good.sumNs / log.good.count))),
    },
    duration_p95: {
      ...duration,
      title: 'P95 Duration',
      gate: false,
      values: values((runs) => quantileOfSorted(sorted(latencies(runs)), 0.95)),
    },
    throughput: {
      title: 'Throughput',
      unit: '1/s',
      direction: 'higher',
      gate: false,
      values: values((runs) => mean(runs.map((run) => describeLoad(run).throughputPerSecond))),
    },
  }
}

const duration = { unit: 'ns', direction: 'lower' } as const

/** Half the requests or half the time; steps are a search and stay whole. */
function half(load: LoadOptions): LoadOptions {
  if ('steps' in load) return load
  const requests = 'requests' in load && load.requests !== undefined && { requests: Math.ceil(load.requests / 2) }
  return { ...load, ...requests, ...(load.duration !== undefined && { duration: load.duration / 2 }) } as LoadOptions
}
