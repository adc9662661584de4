import type { Warning } from '../run/measurement.ts'
import type { Benchmark, Paired, PairedWith, Run, Session } from '../run/run.ts'
import { verdictAlpha } from './alpha.ts'
import type { Baseline } from './baseline.ts'
import { benchmarkStatistics } from './benchmark-statistics.ts'
import { compareMetric, type MetricJudgement, uncomparedMetric } from './compare-metric.ts'
import { guardWarnings } from './guards.ts'
import { type JoinedPairs, joinPairs, judgePairs, nameOf } from './judge-pairs.ts'
import { judgedSessions, screenedSessions } from './judged-sessions.ts'
import { environmentDifferences } from './machine-likeness.ts'
import { own } from './own.ts'
import { type JudgePolicy, logThreshold } from './policy.ts'
import type { BaselineState, BenchmarkReport, MetricComparison, Report } from './report.ts'
import { reaches, worstSeverity } from './severity.ts'
import { worstVerdict } from './verdict.ts'

/**
 * Answers "did this get slower?": every benchmark of a run against the baseline, the verdict, and the exit code. Pure and
 * deterministic: the same run and baseline give the same Report, to the last digit. `ResolvedOptions` is a policy.
 * @param baseline null where there is none: everything is `no-baseline`, exit code 0
 */
export function judge(run: Run, baseline: Baseline | null, policy: JudgePolicy): Report {
  const against = run.options.policy?.against
  const state = against === undefined ? baselineState(run, baseline, policy.baselinePath ?? null) : pairedState(against)
  const usable = against === undefined && state.kind === 'compared' ? baseline : null
  const benchmarks = run.benchmarks.map((benchmark) => judgeBenchmark(run, benchmark, usable, policy))
  if (usable !== null && policy.complete === true) benchmarks.push(...removedBenchmarks(run, usable))
  const compared = benchmarks.filter(({ status }) => status === 'compared')
  const failures = allFailures(run)
  const verdict = state.kind === 'incompatible' ? 'inconclusive' : worstVerdict(compared.map((each) => each.verdict))
  const fails = compared.some(
    (each) => each.verdict === 'regressed' && each.severity !== null && reaches(each.severity, policy.failOn),
  )
  const open = verdict === 'inconclusive' || compared.some((each) => each.verdict === 'inconclusive')
  return {
    version: 1,
    run: {
      id: run.id,
      startedAt: run.startedAt,
      sessions: run.options.sessions,
      machineClass: run.machineClass,
      commit: run.environment.commit,
    },
    baseline: state,
    verdict,
    exitCode: fails || failures.length > 0 ? 1 : open && policy.strict ? 2 : 0,
    failOn: policy.failOn,
    threshold: policy.threshold,
    benchmarks,
    failures,
    skipped: run.skipped ?? [],
    warnings: [...run.warnings, ...runWarnings(run, usable, state, compared.length)],
  }
}

/** Every metric of a benchmark against the baseline, with the steps that `explain` prints. */
export function judgeMetrics(
  run: Run,
  benchmark: Benchmark,
  baseline: Baseline,
  policy: JudgePolicy,
  alpha = verdictAlpha,
): Record<string, MetricJudgement> {
  const sessions = judgedSessions(benchmark)
  const stored = own(baseline.benchmarks, benchmark.key)
  if (stored === undefined || sessions.length === 0) return {}
  const threshold = thresholdOf(sessions, policy)
  const guards = guardWarnings(benchmark.key, sessions, logThreshold(threshold))
  const context = {
    benchmark: benchmark.key,
    sessions,
    screened: screenedSessions(benchmark),
    baseline,
    stored,
    environment: run.environment,
    profile: run.options.profile,
    threshold,
    severity: policy.severity,
    alpha,
    guards,
  }
  return Object.fromEntries(metricNames(benchmark).map((name) => [name, compareMetric(name, context)]))
}

/** A benchmark's own practical threshold goes before that of all. */
export function thresholdOf(sessions: readonly Session[], policy: Pick<JudgePolicy, 'threshold'>): number {
  return sessions.find((session) => session.threshold !== undefined)?.threshold ?? policy.threshold
}

function judgeBenchmark(
  run: Run,
  benchmark: Benchmark,
  baseline: Baseline | null,
  policy: JudgePolicy,
): BenchmarkReport {
  const sessions = judgedSessions(benchmark)
  const identity = { key: benchmark.key, name: benchmark.name, category: benchmark.category }
  const statistics = benchmarkStatistics(
    sessions,
    benchmark.sessions.filter(({ screening }) => screening !== true),
  )
  const warnings = [
    ...uniqueWarnings(benchmark.sessions.flatMap((session) => session.warnings)),
    ...sessionWarnings(benchmark),
  ]
  const isStored = baseline !== null && own(baseline.benchmarks, benchmark.key) !== undefined
  const paired = pairsOf(run, benchmark, baseline)
  if (!isStored && paired === undefined) {
    const metrics = ownMetrics(benchmark)
    return { ...identity, status: 'new', verdict: 'no-baseline', severity: null, metrics, statistics, warnings }
  }
  if (sessions.length === 0) {
    return {
      ...identity,
      status: 'compared',
      verdict: 'inconclusive',
      severity: null,
      metrics: {},
      statistics,
      warnings: [...warnings, noCompleteSession(benchmark)],
    }
  }
  const stored = isStored
    ? Object.fromEntries(
        Object.entries(judgeMetrics(run, benchmark, baseline, policy)).map(([name, each]) => [name, each.comparison]),
      )
    : ownMetrics(benchmark)
  const threshold = thresholdOf(sessions, policy)
  const { metrics, doubt } =
    paired === undefined
      ? { metrics: stored, doubt: null }
      : joinPairs(stored, judgePairs(paired, { ...policy, threshold }), threshold)
  const deciding = decidingMetrics(Object.values(metrics))
  const verdict = worstVerdict(deciding.map((metric) => metric.verdict))
  // What is cleared in one respect and slower in another is not cleared.
  if (doubt !== null && !(doubt === 'refuted' && verdict === 'regressed')) {
    warnings.push(notConfirmed(benchmark.key, paired!, doubt))
  }
  const sameVerdict = deciding.filter((metric) => metric.verdict === verdict)
  const severity = worstSeverity(sameVerdict.map((metric) => metric.severity))
  return { ...identity, status: 'compared', verdict, severity, metrics, statistics, warnings }
}

/** What was measured in turns to confirm a baseline says nothing of another one, nor where there is none. */
export function pairsOf(run: Run, { paired }: Benchmark, baseline: Baseline | null): Paired | undefined {
  const named = run.options.policy?.against !== undefined
  return named || baseline?.runs.some(({ commit }) => commit === paired?.commit) ? paired : undefined
}

/** Those that gate; of them, what has no sessions in the baseline (an older summaries file) has no say if others have. */
function decidingMetrics(metrics: readonly MetricComparison[]): readonly MetricComparison[] {
  const gating = metrics.filter(({ gate, verdict }) => gate && verdict !== 'no-baseline')
  const firm = gating.filter(({ warnings }) => warnings.every(({ code }) => code !== 'advisory'))
  return firm.length > 0 ? firm : gating
}

/** Figures of a benchmark that has nothing to be compared with. */
function ownMetrics(benchmark: Benchmark): Record<string, MetricComparison> {
  const sessions = judgedSessions(benchmark)
  return Object.fromEntries(
    metricNames(benchmark).map((name) => [
      name,
      uncomparedMetric(sessions.flatMap(({ metrics }) => own(metrics, name) ?? [])),
    ]),
  )
}

function metricNames(benchmark: Benchmark): string[] {
  return [...new Set(judgedSessions(benchmark).flatMap((session) => Object.keys(session.metrics)))]
}

function removedBenchmarks(run: Run, baseline: Baseline): BenchmarkReport[] {
  const present = new Set(run.benchmarks.map(({ key }) => key))
  return Object.entries(baseline.benchmarks)
    .filter(([key]) => !present.has(key))
    .map(([key, { name, category }]) => ({
      key,
      name,
      category,
      status: 'removed',
      verdict: 'no-baseline',
      severity: null,
      metrics: {},
      statistics: null,
      warnings: [
        {
          code: 'removed',
          text: `"${key}" is in the baseline and not in this run: if that is meant, accept a new baseline`,
        },
      ],
    }))
}

/** Whether there is a baseline, and one that a run can be compared with. */
export function baselineState(run: Run, baseline: Baseline | null, path: string | null): BaselineState {
  if (baseline === null) return { kind: 'none', expectedPath: path }
  const newest = baseline.runs.at(-1)
  const environment = baseline.runs.findLast((each) => each.environment !== null)?.environment
  if (environment && (environment.platform !== run.environment.platform || environment.arch !== run.environment.arch)) {
    const theirs = `${environment.platform}-${environment.arch}`
    const ours = `${run.environment.platform}-${run.environment.arch}`
    return { kind: 'incompatible', path: path ?? '', reason: `it was made on ${theirs}, this run on ${ours}` }
  }
  return {
    kind: 'compared',
    path: path ?? '',
    runs: baseline.runs.length,
    commit: newest?.commit ?? null,
    acceptedAt: newest?.acceptedAt ?? null,
  }
}

function pairedState({ ref, commit }: PairedWith): BaselineState {
  return { kind: 'compared', path: ref, runs: 1, commit, acceptedAt: null, ref }
}

/** What failed, each thing once: a benchmark that brought its test down is told of with the test. */
function allFailures(run: Run): Report['failures'] {
  const known = new Set(run.failures.map(({ key, session }) => `${session} ${key}`))
  const failed = run.benchmarks.flatMap(({ key, file, test, sessions }) =>
    sessions
      .filter(({ status, session }) => {
        const told = [key, `${file} > ${test}`].some((name) => known.has(`${session} ${name}`))
        return status === 'failed' && !told
      })
      .map(({ session, error }) => ({ key, session, error: error ?? 'failed without a message' })),
  )
  return [...run.failures, ...failed]
}

function sessionWarnings({ key, sessions }: Benchmark): Warning[] {
  const unfinished = sessions.filter(({ status }) => status === 'incomplete').length
  if (unfinished === 0) return []
  const text = `${unfinished} of ${sessions.length} sessions of "${key}" did not finish and are not judged: raise the test's timeout`
  return [{ code: 'incomplete-sessions', text }]
}

/** A benchmark that the baseline has and this run could not measure: nobody knows whether it got slower. */
function noCompleteSession({ key, sessions }: Benchmark): Warning {
  const wanted = sessions.filter(({ screening }) => screening !== true)
  const failed = wanted.filter(({ status }) => status === 'failed').length
  const unfinished = wanted.filter(({ status }) => status === 'incomplete').length
  const cures = [
    ...(failed > 0 ? ['mend what fails'] : []),
    ...(unfinished > 0 ? ["raise the test's timeout"] : []),
    'run it again',
  ]
  const text = `"${key}" has no complete session in this run (${failed} failed, ${unfinished} did not finish), so it cannot be compared with the baseline: ${cures.join(', ')}`
  return { code: 'no-complete-session', text }
}

function notConfirmed(key: string, paired: Paired, doubt: NonNullable<JoinedPairs['doubt']>): Warning {
  const version = nameOf(paired)
  const said = {
    stands: `In turns with ${version} "${key}" stayed open, so what the baseline says stands: see \`explain\` for both`,
    contradicted: `In turns with ${version} "${key}" stayed open and does not look slower, so the regression against the baseline does not count: see \`explain\` for both`,
    refuted: `"${key}" is slower than the baseline says, but not than ${version} is today: the machine or what it runs on has changed, not the code. Accept a new baseline`,
  }
  return { code: doubt === 'refuted' ? 'refuted' : 'not-confirmed', text: said[doubt] }
}

function runWarnings(run: Run, baseline: Baseline | null, state: BaselineState, compared: number): Warning[] {
  if (state.kind === 'incompatible') {
    const text = `The baseline cannot be used: ${state.reason}. Accept one on this machine with \`vitest-verdict baseline accept\``
    return [{ code: 'baseline-incompatible', text }]
  }
  if (baseline === null) return []
  const warnings: Warning[] = []
  const newest = baseline.runs.at(-1)
  if (newest?.environment) {
    for (const { field, old, next } of environmentDifferences(newest.environment, run.environment)) {
      warnings.push({
        code: 'environment-differs',
        text: `${field} is ${next}, the baseline was made with ${old}: durations may differ for that reason alone`,
      })
    }
    if (newest.options !== null && newest.options.profile !== run.options.profile) {
      warnings.push({
        code: 'profile-differs',
        text: `This run has the profile "${run.options.profile}", the baseline "${newest.options.profile}", and their durations are not alike: accept a baseline for each, with \`--baseline\``,
      })
    }
  } else if (newest !== undefined) {
    warnings.push({
      code: 'environment-unknown',
      text: 'The baseline does not say on which machine it was made: the verdicts allow for one of the same class',
    })
  }
  if (compared === 0 && run.benchmarks.length > 0) {
    warnings.push({
      code: 'nothing-matched',
      text: `None of the ${run.benchmarks.length} benchmarks of this run is in the baseline (${Object.keys(baseline.benchmarks).length} benchmarks): accept them with \`vitest-verdict baseline accept\``,
    })
  }
  return warnings
}

function uniqueWarnings(warnings: readonly Warning[]): Warning[] {
  const seen = new Set<string>()
  return warnings.filter(({ code, text }) => {
    const key = `${code} ${text}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
