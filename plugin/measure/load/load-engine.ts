import type { LoadResult, LoadStep, Probes } from '../../run/measurement.ts'
import { now } from '../clock.ts'
import type { ProbesWanted } from '../probes/probe-subject.ts'
import { BenchOptionError, type RunOptions, WARMUP_MOST_MS } from '../settings.ts'
import { inPhase, type Subject } from '../subject.ts'
import { arrivalTimes } from './arrivals.ts'
import { runClosed } from './closed-load.ts'
import type { LoadPlan } from './load-plan.ts'
import { emptySchedule, runOpen, type Schedule } from './open-load.ts'
import { RequestLog } from './request-log.ts'
import { createSender, type Sender } from './sender.ts'
import {
  findBreakingPoint,
  findClosedSaturation,
  findOpenSaturation,
  findRecovery,
  summariseOpenSteps,
  summariseStep,
} from './step-analysis.ts'
import { watchLoad } from './watch-load.ts'

/** A load while it runs; `describeLoad` tells at any moment what it has shown so far. */
export interface LoadRun {
  readonly subject: Subject
  readonly plan: LoadPlan
  readonly log: RequestLog
  /** Of an open model. */
  schedule?: Schedule
  /** Of closed steps, as far as they were run. */
  closedSteps: LoadStep[]
  /** Time from the start of sending to the last answer, or until now. */
  durationMs: () => number
  /** The failure that ended a run with `failFast`. */
  firstError?: { error: unknown }
}

/** @throws BenchOptionError for hooks that load cannot honour. */
export function createLoadRun(subject: Subject, plan: LoadPlan): LoadRun {
  for (const hook of ['beforeEach', 'afterEach'] as const) {
    if (subject.options[hook] != null) {
      const wanted = 'calls overlap under load: prepare in `beforeAll` or within the function'
      throw new BenchOptionError(subject.name, hook, 'a function', wanted)
    }
  }
  return { subject, plan, log: new RequestLog(plan.targets.latencyMs), closedSteps: [], durationMs: () => 0 }
}

/**
 * Sends the load; what it does to this process is watched meanwhile. Failing requests are counted; only hooks, `failFast` and
 * the harness itself make this throw.
 */
export async function runLoad(
  run: LoadRun,
  options: RunOptions,
  wanted: ProbesWanted,
  aborted: () => boolean,
): Promise<Probes> {
  const { subject, plan, log } = run
  const start = now()
  const sender = createSender(subject.fn, plan.timeoutMs)
  try {
    await inPhase(subject, 'warmup', options, () => warmUpLoad(subject, sender, aborted))
    return await inPhase(subject, 'run', options, async () => {
      const watch = watchLoad(wanted)
      const stopped = () => aborted() || run.firstError !== undefined
      await sendAll(run, failFastSender(run, sender), stopped)
      const probes = await watch.stop(log.sent)
      if (run.firstError) throw run.firstError.error
      return probes
    })
  } finally {
    sender.stop()
    subject.tookMs = now() - start
  }
}

/** Remembers the first failure, where the user asked to stop at it. */
function failFastSender(run: LoadRun, sender: Sender): Sender {
  if (!run.plan.failFast) return sender
  return {
    ...sender,
    send: (originMs, settled) =>
      sender.send(originMs, (latencyMs, failed, error) => {
        if (failed) run.firstError ??= { error: error ?? new Error(`A request of "${run.subject.name}" failed`) }
        settled(latencyMs, failed, error)
      }),
  }
}

/** Calls one after the other, untimed; a failure here is no concern, the load will show it. */
async function warmUpLoad({ budget }: Subject, sender: Sender, aborted: () => boolean): Promise<void> {
  const endsAt = now() + WARMUP_MOST_MS
  for (let call = 0; call < budget.warmupCalls && now() < endsAt && !aborted(); call++) {
    await new Promise<void>((resolve) => sender.send(now(), () => resolve()))
  }
}

async function sendAll(run: LoadRun, sender: Sender, stopped: () => boolean): Promise<void> {
  const { plan, log } = run
  const startedAt = now()
  run.durationMs = () => now() - startedAt
  switch (plan.model) {
    case 'closed':
      await runClosed(plan, sender, [log], startedAt, stopped)
      run.durationMs = () => log.lastSettledMs
      return
    case 'open':
      await sendScheduled(run, [{ rate: plan.rate, durationMs: plan.durationMs }], sender, stopped)
      return
    case 'steps':
      if (plan.of === 'open') {
        const stretches = plan.levels.map((rate) => ({ rate, durationMs: plan.stepMs }))
        await sendScheduled(run, stretches, sender, stopped)
      } else {
        await sendClosedSteps(run, plan.levels, plan.stepMs, sender, startedAt, stopped)
        run.durationMs = () => log.lastSettledMs
      }
  }
}

async function sendScheduled(
  run: LoadRun,
  stretches: { rate: number; durationMs: number }[],
  sender: Sender,
  stopped: () => boolean,
): Promise<void> {
  const { plan, log } = run
  if (plan.model === 'closed') return
  const { shape, seed, maxInFlight } = plan.arrivals
  run.schedule = emptySchedule(arrivalTimes(stretches, shape, seed))
  await runOpen(run.schedule, maxInFlight, sender, log, stopped)
  const plannedMs = stretches.reduce((sum, { durationMs }) => sum + durationMs, 0)
  if (!stopped()) run.durationMs = () => Math.max(plannedMs, log.lastSettledMs)
}

async function sendClosedSteps(
  run: LoadRun,
  levels: readonly number[],
  stepMs: number,
  sender: Sender,
  startedAt: number,
  stopped: () => boolean,
): Promise<void> {
  for (const level of levels) {
    if (stopped()) return
    const stepLog = new RequestLog()
    const stepStart = now()
    await runClosed(
      { concurrency: level, requests: Number.POSITIVE_INFINITY, durationMs: stepMs },
      sender,
      [run.log, stepLog],
      startedAt,
      stopped,
    )
    const latencies = stepLog.good.samples().map((ns) => ns / 1e6)
    run.closedSteps.push(
      summariseStep(level, latencies, {
        requests: stepLog.sent,
        failed: stepLog.failed,
        completed: stepLog.succeeded,
        durationMs: now() - stepStart,
      }),
    )
  }
}

/** What the load showed, so far. */
export function describeLoad(run: LoadRun): LoadResult {
  const { plan, log, schedule } = run
  const durationMs = run.durationMs()
  const perSecond = (count: number) => (durationMs > 0 ? (count / durationMs) * 1000 : 0)
  const lag = log.scheduleLag()
  return {
    model: plan.model,
    requests: log.sent,
    succeeded: log.succeeded,
    failed: log.failed,
    dropped: log.dropped,
    durationMs,
    throughputPerSecond: perSecond(log.succeeded),
    ...(plan.hasTargets && { goodputPerSecond: perSecond(log.withinTarget) }),
    inFlightMax: log.inFlightMax,
    ...(lag && { scheduleLag: lag }),
    timeline: log.timeline.summary(),
    ...describeSteps(run, schedule),
  }
}

function describeSteps(run: LoadRun, schedule: Schedule | undefined): Partial<LoadResult> {
  const { plan, log } = run
  if (plan.model === 'closed') return {}
  if (plan.model === 'open') {
    return schedule ? { saturation: findOpenSaturation(schedule, [plan.rate], plan.durationMs) } : {}
  }
  if (plan.of === 'closed') {
    const steps = run.closedSteps
    return { steps, breakingPoint: findBreakingPoint(steps, plan.targets), saturation: findClosedSaturation(steps) }
  }
  if (!schedule) return {}
  const steps = summariseOpenSteps(schedule, plan.levels, plan.stepMs)
  return {
    steps,
    breakingPoint: findBreakingPoint(steps, plan.targets),
    saturation: findOpenSaturation(schedule, plan.levels, plan.stepMs),
    recoveryMs: findRecovery(schedule, steps, plan.stepMs, plan.targets, log.lastSettledMs),
  }
}
