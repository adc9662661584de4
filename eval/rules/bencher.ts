import { mean } from '../../plugin/statistics/mean.ts'
import { standardDeviation } from '../../plugin/statistics/standard-deviation.ts'
import { studentTQuantile } from '../../plugin/statistics/student-t.ts'

/** Bencher's upper t boundary, a prediction interval: mean + t(p; n − 1) · s · √(1 + 1/n) of the history. */
export function bencherBoundary(center: number, deviation: number, count: number, boundary = 0.977): number {
  return center + studentTQuantile(boundary, count - 1) * deviation * Math.sqrt(1 + 1 / count)
}

/** Whether a new value exceeds it. */
export function bencher(history: readonly number[], next: number): boolean {
  return next > bencherBoundary(mean(history), standardDeviation(history), history.length)
}
