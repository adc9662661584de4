import { quantile } from '../../plugin/statistics/quantile.ts'
import { lanes } from './session-lanes.ts'
import { type Workload, workloads } from './workloads.ts'

/** Time spent in each lane, ms. */
const laneMs = 100
/** What one round should take, ms: units are repeated to get there. */
const roundMs = 1.5
/** As DUET.md advises. */
const warmUpMs = 60

let sink = 0

/** One process: every workload, all lanes in turn, forward and backward; the lower quartile of each lane's rounds, ns. */
async function session(): Promise<Record<string, number[]>> {
  const answer: Record<string, number[]> = {}
  for (const [name, work] of Object.entries(workloads)) answer[name] = await measure(work)
  return answer
}

async function measure(work: Workload): Promise<number[]> {
  let calls = 0
  const warmUpEnd = performance.now() + warmUpMs
  do {
    sink += await work(lanes[calls % lanes.length]!)
    calls++
  } while (performance.now() < warmUpEnd)
  const unitMs = warmUpMs / calls / 100
  const scale = Math.max(1, Math.round(roundMs / unitMs / 100))
  const rounds: number[][] = lanes.map(() => [])
  const end = performance.now() + laneMs * lanes.length
  for (let forward = true; performance.now() < end; forward = !forward) {
    for (let step = 0; step < lanes.length; step++) {
      const lane = forward ? step : lanes.length - 1 - step
      const start = process.hrtime.bigint()
      const result = work(lanes[lane]! * scale)
      sink += typeof result === 'number' ? result : await result
      rounds[lane]!.push(Number(process.hrtime.bigint() - start) / scale)
    }
  }
  return rounds.map((each) => Number(quantile(each, 0.25).toPrecision(6)))
}

process.stdout.write(JSON.stringify(await session()))
process.exitCode = Number.isNaN(sink) ? 1 : 0
