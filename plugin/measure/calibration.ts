import type { Calibration } from '../run/measurement.ts'
import { quantile } from '../statistics/quantile.ts'
import { timeSync } from './rounds.ts'

/**
 * Five fixed pieces of work whose speed tells how fast the machine is just now (VERDICT.md, "Stored baseline"). They must
 * never change: a stored baseline is compared with what they took then. Each takes about 50 µs.
 */
const kernels: Record<keyof Calibration, () => unknown> = {
  integer: () => {
    let hash = 0x811c9dc5
    for (let index = 0; index < 40_000; index++) hash = Math.imul(hash ^ (index & 255), 0x01000193)
    return hash
  },
  float: () => {
    let sum = 0
    for (let index = 1; index <= 10_000; index++) sum += Math.sqrt(index) / (1 + index * 0.5)
    return sum
  },
  string: () => {
    let words = 0
    for (let index = 0; index < 20; index++) words += `${text} ${index}`.match(/\b[a-z]+(?=[,.]?\s)/gi)?.length ?? 0
    return words
  },
  allocation: () => {
    let list: { value: number; next: unknown } | null = null
    for (let index = 0; index < 3000; index++) {
      list = { value: index, next: index % 100 === 0 ? null : list }
      keep[index & 255] = [index, list]
    }
    return list
  },
  map: () => {
    const counts = new Map<string, number>()
    for (let index = 0; index < 400; index++) {
      const key = `k${index % 97}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    return JSON.parse(JSON.stringify([...counts])) as unknown
  },
}

const text = 'The quick brown fox jumps over the lazy dog, and the dog, being lazy, lets it pass. '.repeat(2)
const keep: unknown[] = new Array(256)

/** Rounds per kernel and visit: with five kernels about 2 ms. */
const ROUNDS = 8
/** Calls that bring the kernels to full speed, once per process (about 60 ms). */
const WARM_UP_CALLS = 250

let warm = false

/** Times the kernels, ns per call each; rounds of the five alternate. */
export function calibrate(): Calibration[] {
  const names = Object.keys(kernels) as (keyof Calibration)[]
  if (!warm) {
    for (const name of names) timeSync(kernels[name], WARM_UP_CALLS)
    warm = true
  }
  return Array.from({ length: ROUNDS }, () => {
    const round = { integer: 0, float: 0, string: 0, allocation: 0, map: 0 }
    for (const name of names) round[name] = timeSync(kernels[name], 1).elapsedNs
    return round
  })
}

/**
 * Lower quartile of each kernel over the rounds before and after a measurement. They are so few that whoever shares the processor's
 * core for some milliseconds meets most of them, and doubles three of the kernels; of the measurement itself that is little.
 */
export function summariseCalibration(rounds: readonly Calibration[]): Calibration {
  const of = (name: keyof Calibration) =>
    quantile(
      rounds.map((round) => round[name]),
      0.25,
    )
  return {
    integer: of('integer'),
    float: of('float'),
    string: of('string'),
    allocation: of('allocation'),
    map: of('map'),
  }
}
