import { clopperPearson } from '../plugin/statistics/clopper-pearson.ts'

/** Hits among trials, printed with the exact 95 % interval. */
export class Tally {
  #hits = 0
  #trials = 0

  add(hit: boolean): void {
    this.#trials++
    if (hit) this.#hits++
  }

  get share(): number {
    return this.#hits / this.#trials
  }

  get hits(): number {
    return this.#hits
  }

  /** Exact, 95 %. */
  get interval(): [low: number, high: number] {
    return clopperPearson(this.#hits, this.#trials)
  }

  /** @example '3 of 1200 = 0.25 % [0.05, 0.73]' */
  toString(): string {
    const [low, high] = this.interval.map((each) => (each * 100).toFixed(2))
    return `${this.#hits} of ${this.#trials} = ${(this.share * 100).toFixed(2)} % [${low}, ${high}]`
  }

  /** @example '97.3 %' */
  toPercent(): string {
    return this.#trials === 0 ? '–' : `${(this.share * 100).toFixed(1)} %`
  }
}
