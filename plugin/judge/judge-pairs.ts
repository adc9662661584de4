import { isTimed, type Metric } from '../run/metric.ts'
import type { Paired, PairedWith } from '../run/run.ts'
import { comparePaired, type PairedJudgement, pairedGuards } from './paired.ts'
import type { MetricComparison } from './report.ts'
import type { SeverityLimits } from './severity.ts'
import { worstVerdict } from './verdict.ts'

/** A figure measured in turns with another version, and what `explain` needs of the way to its verdict. */
export interface PairJudgement {
  comparison: MetricComparison
  judgement: PairedJudgement | null
}

/** Sets figures apart from stored ones of the same name. */
const prefix = 'paired_'

/**
 * Judges what was measured in turns with another version.
 * @returns by the name that the figure has among a benchmark's metrics, `paired_duration_mean` say
 */
export function judgePairs(
  { ref, commit, figures }: Paired,
  policy: { threshold: number; severity: SeverityLimits },
): Record<string, PairJudgement> {
  const named = nameOf({ ref, commit })
  return Object.fromEntries(
    Object.entries(figures).map(([name, { title, control, ...figure }]) => [
      `${prefix}${name}`,
      comparePaired(
        { ...figure, title: `${title} in turns with ${named}`, ...(control !== undefined && { nullArm: control }) },
        policy,
      ),
    ]),
  )
}

/** What tells of a benchmark's speed, by the names that stored sessions or pairs have for it. */
const ofSpeed = new Set([
  'duration_median',
  'duration_mean',
  'duration_quartile',
  'duration_with_gc',
  'duration_first_step',
  'max_throughput',
])

/**
 * What measuring a benchmark in turns can tell of one of its metrics: of its speed always; of a time or throughput of its own when
 * it is asked for that too, which takes longer. Nothing of memory, as versions that share a process have one heap; nothing of
 * shares and counts, which are no matter of the machine.
 */
export function toldByPairs(name: string, metric: Metric): 'speed' | 'own figure' | null {
  if (ofSpeed.has(name)) return 'speed'
  return metric.kind === 'quantity' && isTimed(metric.unit) ? 'own figure' : null
}

/** What stored sessions and pairs both speak of. */
interface Question {
  stored: string[]
  pairs: string[]
}

export interface JoinedPairs {
  metrics: Record<string, MetricComparison>
  /**
   * What becomes of a doubt that the baseline has raised, of several the worst: it stands, as the pairs leave it open; it is
   * contradicted, as they leave it open but see no regression; it is refuted. Null where there was none, or where it is confirmed.
   */
  doubt: 'stands' | 'contradicted' | 'refuted' | null
}

/**
 * Joins both comparisons. Pairs that decide take the place of the stored figures. Where they leave it open, what the stored
 * comparison found stands, but for a regression that the pairs do not see: two versions in one sitting tell more than two days of a
 * machine (VERDICT.md, "Two versions in one sitting"), so their estimate must lie beyond the threshold as well. Where the other
 * version is noisy beside itself, their whole interval must lie below that of the stored comparison to contradict it.
 * @param threshold per cent
 */
export function joinPairs(
  stored: Readonly<Record<string, MetricComparison>>,
  pairs: Readonly<Record<string, PairJudgement>>,
  threshold: number,
): JoinedPairs {
  const paired = Object.fromEntries(Object.entries(pairs).map(([name, { comparison }]) => [name, comparison]))
  const silent = new Set<string>()
  const doubts = new Set<JoinedPairs['doubt']>()
  let pairsDecide = false
  for (const question of questionsOf(stored, paired)) {
    const answers = question.pairs.map((name) => paired[name]!)
    const verdict = worstVerdict(answers.map((each) => each.verdict))
    const before = worstVerdict(question.stored.map((name) => stored[name]!.verdict))
    const decided = verdict !== 'inconclusive'
    const regressed = question.stored.map((name) => stored[name]!).filter((each) => each.verdict === 'regressed')
    const contradicted =
      regressed.length > 0 &&
      answers.every((answer) => !isSlower(answer, threshold) && (isSound(answer) || rulesOut(answer, regressed)))
    const stands = !decided && before !== 'no-baseline' && !contradicted
    for (const name of stands ? question.pairs : question.stored) silent.add(name)
    pairsDecide ||= !stands
    if (stands && (before === 'regressed' || before === 'inconclusive')) doubts.add('stands')
    if (!stands && before === 'regressed' && verdict !== 'regressed') doubts.add(decided ? 'refuted' : 'contradicted')
  }
  const all = pairsDecide ? { ...paired, ...stored } : { ...stored, ...paired }
  const metrics = Object.entries(all).map(
    ([name, each]) => [name, silent.has(name) ? { ...each, gate: false } : each] as const,
  )
  const worst = (['stands', 'contradicted', 'refuted'] as const).find((each) => doubts.has(each))
  return { metrics: Object.fromEntries(metrics), doubt: worst ?? null }
}

/** The speed of a benchmark, and each figure of its own that was measured in turns. */
function questionsOf(
  stored: Readonly<Record<string, MetricComparison>>,
  paired: Readonly<Record<string, MetricComparison>>,
): Question[] {
  const known = Object.keys(stored).filter((name) => stored[name]!.gate && stored[name]!.verdict !== 'no-baseline')
  const asked = Object.keys(paired).filter((name) => paired[name]!.gate)
  const [speed = [], own = []] = [true, false].map((wanted) =>
    asked.filter((name) => ofSpeed.has(plain(name)) === wanted),
  )
  return [
    ...(speed.length > 0 ? [{ stored: known.filter((name) => ofSpeed.has(name)), pairs: speed }] : []),
    ...own.map((name) => ({ stored: known.filter((each) => each === plain(name)), pairs: [name] })),
  ]
}

function plain(name: string): string {
  return name.slice(prefix.length)
}

/** What has no estimate, or whose guard rails failed, contradicts nothing … */
function isSound({ ratio, warnings }: MetricComparison): boolean {
  return ratio !== null && !warnings.some(({ code }) => pairedGuards.has(code))
}

/** … but that a version cannot be told from itself to a tenth, say, does not keep it from ruling out that it takes twice the time. */
function rulesOut(answer: MetricComparison, regressed: readonly MetricComparison[]): boolean {
  if (answer.warnings.some(({ code }) => pairedGuards.has(code) && code !== 'null-noisy')) return false
  const most = worseBy(answer)?.[1]
  return most !== undefined && regressed.every((each) => most < (worseBy(each)?.[0] ?? 0))
}

/** Interval of a change as a factor, worse above 1. */
function worseBy({ interval, direction }: MetricComparison): readonly [low: number, high: number] | null {
  if (interval === null || direction === 'lower') return interval
  return [1 / interval[1], 1 / interval[0]]
}

function isSlower({ ratio, direction }: MetricComparison, threshold: number): boolean {
  return ratio !== null && (direction === 'lower' ? ratio : 1 / ratio) > 1 + threshold / 100
}

/**
 * @param digits of the commit that are shown
 * @example nameOf({ ref: 'main', commit: 'a1b2c3d…' }) // 'main (a1b2c3d)'
 */
export function nameOf({ ref, commit }: PairedWith, digits = 7): string {
  const short = commit.slice(0, digits)
  return commit.startsWith(ref) ? short : `${ref} (${short})`
}
