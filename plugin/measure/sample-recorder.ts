import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'

/**
 * Rounds held while measuring. 4096 numbers are 32 KB whatever the speed of the function and the length of the run, and leave
 * at least 20 rounds beyond the 99th percentile.
 */
const CAPACITY = 4096

/** What the rounds take, however many there are. */
export const RECORDER_BYTES = CAPACITY * Float64Array.BYTES_PER_ELEMENT

/** Histogram of single calls from 1 ns to 12 days, 3 significant figures: made only when rounds had to be dropped. */
const HISTOGRAM = { lowest: 1, highest: 2 ** 50, figures: 3 } as const

/**
 * Holds what rounds took, in time order and bounded: when full, every second round is dropped and from then on every
 * second, fourth, … kept, so that the rest stays evenly spread over time. Count, sum, extremes and variance are of all.
 */
export class SampleRecorder {
  readonly #samples = new Float64Array(CAPACITY)
  readonly #failed = new Set<number>()
  #kept = 0
  #stride = 1
  #histogram: RecordableHistogram | undefined
  readonly #withHistogram: boolean
  #mean = 0
  #squares = 0
  /** Rounds recorded, dropped ones included. */
  count = 0
  sumNs = 0
  minNs = Number.POSITIVE_INFINITY
  maxNs = 0

  /** @param single whether a round is one call: only then do whole nanoseconds of the histogram say enough. */
  constructor(single: boolean) {
    this.#withHistogram = single
  }

  /** @param durationNs time per iteration of one round. */
  record(durationNs: number, failed = false): void {
    if (this.count % this.#stride === 0) {
      if (this.#kept === CAPACITY) this.#thin()
      if (this.count % this.#stride === 0) {
        if (failed) this.#failed.add(this.#kept)
        this.#samples[this.#kept++] = durationNs
      }
    }
    this.#histogram?.record(Math.max(1, Math.round(durationNs)))
    this.count++
    this.sumNs += durationNs
    if (durationNs < this.minNs) this.minNs = durationNs
    if (durationNs > this.maxNs) this.maxNs = durationNs
    // Welford's update.
    const distance = durationNs - this.#mean
    this.#mean += distance / this.count
    this.#squares += distance * (durationNs - this.#mean)
  }

  get variance(): number {
    return this.count > 1 ? this.#squares / (this.count - 1) : 0
  }

  /** A copy of the kept rounds, in time order. */
  samples(): number[] {
    return Array.from(this.#samples.subarray(0, this.#kept))
  }

  /** At most `limit` rounds, evenly spread over time, and which of them failed. */
  thinned(limit: number): { samples: number[]; failed: number[]; dropped: number } {
    const stride = Math.max(1, Math.ceil(this.#kept / limit))
    const samples: number[] = []
    const failed: number[] = []
    for (let index = 0; index < this.#kept; index += stride) {
      if (this.#failed.has(index)) failed.push(samples.length)
      samples.push(this.#samples[index]!)
    }
    return { samples, failed, dropped: this.count - samples.length }
  }

  /**
   * A quantile of all rounds, ns, from bins 0.1 % wide; undefined while the kept rounds are all there are, or where no
   * histogram is held.
   * @param share above 0, up to 1.
   */
  histogramQuantile(share: number): number | undefined {
    return this.#histogram?.percentile(share * 100)
  }

  #thin(): void {
    if (this.#withHistogram && !this.#histogram) {
      this.#histogram = createHistogram(HISTOGRAM)
      for (const sample of this.#samples) this.#histogram.record(Math.max(1, Math.round(sample)))
    }
    const failed = [...this.#failed]
    this.#failed.clear()
    for (const index of failed) if (index % 2 === 0) this.#failed.add(index / 2)
    this.#kept = CAPACITY / 2
    for (let index = 0; index < this.#kept; index++) this.#samples[index] = this.#samples[index * 2]!
    this.#stride *= 2
  }
}
