import { describe, expect, test } from 'vitest'
import type { DuetRecord, Lane } from '../../../plugin/duet/lane.ts'
import { localPlayer } from '../../../plugin/duet/local-player.ts'
import { measureCasts } from '../../../plugin/duet/measure-casts.ts'
import type { BenchmarkOptions, Measured } from '../../../plugin/measure/bench-options.ts'
import { defaultMeasureOptions, resolveBudget } from '../../../plugin/measure/settings.ts'
import { createSubject } from '../../../plugin/measure/subject.ts'
import type { Metric, Quantity } from '../../../plugin/run/metric.ts'

const lanes = ['head', 'base', 'null'] as const
const time = (value: number, gate = true): Quantity => ({
  kind: 'quantity',
  title: 'Overhead',
  unit: 'ns',
  direction: 'lower',
  gate,
  value,
})

/** Measures three versions of one benchmark; `metrics` is told whose figures are asked for. */
async function measure(
  metrics: (lane: Lane, measured: Measured) => Record<string, Metric>,
  { ownFigures = true, load }: { ownFigures?: boolean; load?: BenchmarkOptions['load'] } = {},
) {
  const casts = new Map(
    lanes.map((lane) => {
      const own: BenchmarkOptions = {
        iterations: 4,
        warmupTime: 0,
        warmupIterations: 1,
        metrics: (measured) => metrics(lane, measured),
        ...(load && { load }),
      }
      const fn = () => new Promise((done) => setImmediate(done))
      const subject = createSubject('case', fn, own, resolveBudget('case', own, {}, defaultMeasureOptions))
      return [
        lane,
        { test: 'case', players: new Map([['case', localPlayer({ lane, run: {}, subject }, () => false)]]) },
      ]
    }),
  )
  const records: DuetRecord[] = []
  await measureCasts(casts, {
    options: { time: 1, ownFigures, baseFirst: false },
    session: 1,
    call: 0,
    aborted: () => false,
    failures: new Map(),
    onRecord: (record) => void records.push(record),
    onRemoved: () => {},
  })
  return records[0]!
}

const times = { head: 300, base: 100, null: 101 }

describe('figures of a benchmark’s own', () => {
  test('are asked of each version where they are wanted, after its calls', async () => {
    const told: Partial<Record<Lane, number>> = {}
    const record = await measure((lane, { metrics }) => {
      const mean = metrics.duration_mean
      if (mean?.kind === 'quantity') told[lane] = mean.value
      return { overhead: time(times[lane]) }
    })
    expect(record.figures.overhead).toEqual({
      ...{ title: 'Overhead', unit: 'ns', direction: 'lower', gate: true },
      values: times,
    })
    expect(told).toEqual({ head: expect.any(Number), base: expect.any(Number), null: expect.any(Number) })
    expect(record.figures.duration_mean).toBeDefined()
  })

  test('are asked for under load too', async () => {
    const record = await measure((lane) => ({ overhead: time(times[lane]) }), { load: { concurrency: 1, requests: 4 } })
    expect(record.figures.overhead!.values).toEqual(times)
  })

  test('are not asked for otherwise', async () => {
    let asked = 0
    const count = () => {
      asked++
      return { overhead: time(1) }
    }
    const record = await measure(count, { ownFigures: false })
    expect(asked).toBe(0)
    expect(Object.keys(record.figures)).toEqual(['duration_quartile', 'duration_mean'])
  })

  test('are taken only where they gate and are times or throughputs', async () => {
    const share: Metric = {
      ...{ kind: 'rate', title: 'Hits', direction: 'higher', gate: true, unit: '%' },
      ...{ numerator: 1, denominator: 2 },
    } as const
    const memory: Metric = { ...time(1), unit: 'B' }
    const record = await measure((lane) => ({ overhead: time(times[lane], false), share, memory }))
    expect(Object.keys(record.figures)).toEqual(['duration_quartile', 'duration_mean'])
  })

  test('that cannot be told, for want of probes say, leave the others as they are', async () => {
    const record = await measure((lane, { probes }) => {
      if (lane === 'base') return { overhead: time(probes.cpu!.percentOfCore) }
      return { overhead: time(times[lane]) }
    })
    expect(record.errors).toEqual({})
    expect(record.figures.overhead!.values).toEqual({ head: 300, null: 101 })
    expect(Object.keys(record.figures.duration_mean!.values).sort()).toEqual(['base', 'head', 'null'])
  })
})
