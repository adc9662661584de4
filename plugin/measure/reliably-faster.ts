import { blockChange, roundsLeast } from '../statistics/block-change.ts'
import { intervalOf } from '../statistics/estimate.ts'
import { median } from '../statistics/median.ts'
import type { MeasuredResult } from './measured-results.ts'

/** One-sided nominal error: that of a verdict (VERDICT.md rule 4), so that the interval shown is the 99 % one. */
const ALPHA = 0.005

/** Whether an assertion holds, and what is to be said about it. */
export interface Finding {
  holds: boolean
  text: string
}

/**
 * Whether `a` is reliably faster than `b`: the whole interval of the ratio, from medians of blocks of rounds, has to say so.
 * It speaks of this process only; whether another process would say the same, sessions tell.
 * @param by how much longer `b` has to take at the least, per cent
 */
export function reliablyFaster(a: MeasuredResult, b: MeasuredResult, by: number): Finding {
  const [first, second] = [a.measurement, b.measurement]
  const names = `"${first.name}" and "${second.name}"`
  const interleaved = a.turns === b.turns && first.engine === 'latency' && second.engine === 'latency'
  const apart = interleaved
    ? []
    : [
        `They were measured one after the other, so a change of the machine meanwhile counts as a difference${first.engine === 'load' || second.engine === 'load' ? '' : ': `bench.compare` measures them in turns'}.`,
      ]
  const [timesOfA, timesOfB] = [goodRounds(first), goodRounds(second)]
  const resolution = Math.max(clockResolution(first, timesOfA), clockResolution(second, timesOfB))
  const change = blockChange(timesOfB, timesOfA, { interleaved, resolution })
  if (change === null) {
    const few = Math.min(timesOfA.length, timesOfB.length) < roundsLeast
    const reason = few
      ? `${timesOfA.length} and ${timesOfB.length} rounds are too few for an interval, which takes ${roundsLeast} of each: raise \`iterations\` or \`time\``
      : 'some rounds took no time that could be measured: do more work per call'
    return { holds: false, text: [`${names} cannot be compared: ${reason}.`, ...apart].join('\n') }
  }
  const { low, estimate, high } = intervalOf(change.estimate, ALPHA)
  const limit = -Math.log1p(by / 100)
  const holds = high < limit
  const doubts = [...first.warnings, ...second.warnings].map(({ text }) => text)
  const wanted = by > 0 ? ` by ${by} %` : ''
  const how = `99 % interval ${ratio(low)} to ${ratio(high)}, from ${change.blocks} blocks of ${timesOfA.length} and ${timesOfB.length} rounds`
  const outcome = holds
    ? `It is reliably faster${wanted} in this process.`
    : low > limit
      ? by > 0 && estimate < 0
        ? `It is faster, but not by ${by} %.`
        : `It is not faster, it is ${estimate > 0 ? 'slower' : 'the same'}.`
      : `The interval does not rule out that it is not faster${wanted}: raise \`time\` for more rounds, or quieten the machine.`
  return {
    holds,
    text: [
      `"${first.name}" takes ${ratio(estimate)} times as long as "${second.name}" (${how}).`,
      outcome,
      ...apart,
      ...(holds ? [] : new Set(doubts)),
    ].join('\n'),
  }
}

/** A request that fails at once is not fast. */
function goodRounds({ samplesNs, failedSamples }: MeasuredResult['measurement']): number[] {
  const failed = new Set(failedSamples)
  return samplesNs.filter((_, index) => !failed.has(index))
}

/** Relative step of the clock in one round. */
function clockResolution({ clockStepNs, batchSize }: MeasuredResult['measurement'], times: readonly number[]): number {
  const roundNs = median(times) * batchSize
  return roundNs > 0 ? clockStepNs / roundNs : 0
}

/** Four significant digits, without an exponent. */
function ratio(log: number): string {
  return String(Number(Math.exp(log).toPrecision(4)))
}
