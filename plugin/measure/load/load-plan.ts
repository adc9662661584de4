import type { ClosedLoad, LoadOptions, LoadTargets, OpenLoad, SteppedLoad } from '../bench-options.ts'
import { BenchOptionError, type MeasureOptions } from '../settings.ts'

/** A load whose every option is decided and in range. Times in ms, rates per second. */
export type LoadPlan = PlanBase & (ClosedPlan | OpenPlan | SteppedPlan)

interface PlanBase {
  failFast: boolean
  timeoutMs: number
  targets: LoadTargets
  /** Whether goodput can be told: some target was given. */
  hasTargets: boolean
}

export interface ClosedPlan {
  model: 'closed'
  concurrency: number
  /** Infinity when only the time ends the run. */
  requests: number
  durationMs: number
}

export interface OpenPlan {
  model: 'open'
  rate: number
  durationMs: number
  arrivals: Arrivals
}

export interface SteppedPlan {
  model: 'steps'
  of: 'open' | 'closed'
  levels: readonly number[]
  stepMs: number
  arrivals: Arrivals
}

/** How requests fall due. `shape` is that of the gamma distances: 1 is Poisson, Infinity constant. */
export interface Arrivals {
  shape: number
  seed: number
  maxInFlight: number
}

/** As the plugin's own `concurrent`: beyond it sockets and memory of one process end, not those of the system under test. */
const MOST_CONCURRENT = 10_000
/** Most requests of a run: their due instants are held in memory, 8 MB. */
const MOST_REQUESTS = 1_000_000
/** An hour: longer load is a soak test's business. */
const MOST_MS = 3_600_000
const MOST_STEPS = 100
/** A thread that wakes so often does nothing else. */
const MOST_RATE = 100_000
const DEFAULT_TIMEOUT_MS = 30_000
/** Requests that slots of a closed load get at the least when the number is not given, so that all were reused. */
const LEAST_PER_SLOT = 4
/** Bursts that double the standard deviation of the distances against Poisson's: 1/√0.5 = 1.41 times. */
const DEFAULT_BURSTINESS = 0.5

const shared = ['failFast', 'timeout', 'targets', 'seed'] as const
const known = {
  closed: new Set<string>([...shared, 'concurrency', 'requests', 'duration'] satisfies (keyof ClosedLoad | 'seed')[]),
  open: new Set<string>([
    ...shared,
    'rate',
    'duration',
    'arrivals',
    'burstiness',
    'maxInFlight',
  ] satisfies (keyof OpenLoad)[]),
  steps: new Set<string>([
    ...shared,
    'steps',
    'model',
    'duration',
    'arrivals',
    'burstiness',
    'maxInFlight',
  ] satisfies (keyof SteppedLoad)[]),
}

/**
 * Decides a load.
 * @throws BenchOptionError naming benchmark, option and value.
 */
export function resolveLoad(name: string, load: LoadOptions, options: MeasureOptions): LoadPlan {
  if (typeof load !== 'object' || load === null || Array.isArray(load)) {
    throw new BenchOptionError(name, 'load', load, 'must be an object such as { concurrency: 10, requests: 100 }')
  }
  const given = load as Record<string, unknown>
  const kind = 'steps' in given ? 'steps' : 'rate' in given ? 'open' : 'closed'
  for (const option of Object.keys(given)) {
    if (!known[kind].has(option)) {
      const list = [...known[kind]].join(', ')
      throw new BenchOptionError(
        name,
        `load.${option}`,
        given[option],
        `a load with ${modelOf[kind]} knows only ${list}`,
      )
    }
  }
  const read = (option: string, least: number, most: number, whole: boolean, fallback?: number): number => {
    const value = given[option] === undefined ? fallback : given[option]
    const good = typeof value === 'number' && value >= least && value <= most && (!whole || Number.isInteger(value))
    if (good) return value
    const wanted = `must be ${whole ? 'a whole number' : 'a number'} from ${least} to ${most}`
    throw new BenchOptionError(name, `load.${option}`, value, wanted)
  }
  const { failFast = false } = given
  if (typeof failFast !== 'boolean')
    throw new BenchOptionError(name, 'load.failFast', failFast, 'must be true or false')
  const targets = readTargets(name, given.targets)
  const base: PlanBase = {
    failFast,
    timeoutMs: read('timeout', 1, MOST_MS, false, DEFAULT_TIMEOUT_MS),
    targets,
    hasTargets: targets.latencyMs !== undefined,
  }
  const seed = read('seed', 0, 2 ** 32 - 1, true, 1)
  const arrivals = (): Arrivals => ({
    shape: shapeOf(name, given, () => read('burstiness', 0.01, 1000, false, DEFAULT_BURSTINESS)),
    seed,
    maxInFlight: read('maxInFlight', 1, MOST_CONCURRENT, true, MOST_CONCURRENT),
  })
  if (kind === 'closed') {
    const concurrency = read('concurrency', 1, MOST_CONCURRENT, true, options.concurrent)
    const timed = given.duration !== undefined
    const fallback = timed ? MOST_REQUESTS : Math.max(options.iterations, concurrency * LEAST_PER_SLOT)
    return {
      ...base,
      model: 'closed',
      concurrency,
      requests: read('requests', 1, MOST_REQUESTS, true, fallback),
      durationMs: timed ? read('duration', 1, MOST_MS, false) : Number.POSITIVE_INFINITY,
    }
  }
  const durationMs = read('duration', 1, MOST_MS, false)
  if (kind === 'open') {
    const rate = read('rate', 0.001, MOST_RATE, false)
    limitRequests(name, 'load.rate', rate, (rate * durationMs) / 1000)
    return { ...base, model: 'open', rate, durationMs, arrivals: arrivals() }
  }
  const { model: of = 'open' } = given
  if (of !== 'open' && of !== 'closed') {
    throw new BenchOptionError(
      name,
      'load.model',
      of,
      'must be "open" (levels are requests per second) or "closed" (at once)',
    )
  }
  const levels = readLevels(name, given.steps, of)
  if (of === 'open') {
    const total = levels.reduce((sum, level) => sum + (level * durationMs) / 1000, 0)
    limitRequests(name, 'load.steps', levels, total)
  }
  return { ...base, model: 'steps', of, levels, stepMs: durationMs, arrivals: arrivals() }
}

const modelOf = { closed: '`concurrency`', open: '`rate`', steps: '`steps`' }

function limitRequests(name: string, option: string, value: unknown, requests: number): void {
  if (requests <= MOST_REQUESTS) return
  const wanted = `with this duration that makes ${Math.round(requests)} requests, of which at most ${MOST_REQUESTS} can be sent`
  throw new BenchOptionError(name, option, value, wanted)
}

function readLevels(name: string, steps: unknown, of: 'open' | 'closed'): number[] {
  const most = of === 'open' ? MOST_RATE : MOST_CONCURRENT
  const good = (level: unknown): level is number =>
    typeof level === 'number' && level > 0 && level <= most && (of === 'open' || Number.isInteger(level))
  if (Array.isArray(steps) && steps.length > 0 && steps.length <= MOST_STEPS && steps.every(good)) return steps
  const wanted = `must be 1 to ${MOST_STEPS} ${of === 'open' ? 'rates' : 'whole numbers'} above 0, at most ${most} each`
  throw new BenchOptionError(name, 'load.steps', steps, wanted)
}

function readTargets(name: string, targets: unknown): LoadTargets {
  if (targets === undefined) return {}
  if (typeof targets !== 'object' || targets === null || Array.isArray(targets)) {
    throw new BenchOptionError(name, 'load.targets', targets, 'must be an object such as { latencyMs: 100 }')
  }
  const { latencyMs, errorRate, ...unknown } = targets as Record<string, unknown>
  for (const [option, value] of Object.entries(unknown)) {
    throw new BenchOptionError(name, `load.targets.${option}`, value, 'targets are latencyMs and errorRate')
  }
  if (latencyMs !== undefined && !(typeof latencyMs === 'number' && latencyMs > 0)) {
    throw new BenchOptionError(name, 'load.targets.latencyMs', latencyMs, 'must be a number above 0')
  }
  if (errorRate !== undefined && !(typeof errorRate === 'number' && errorRate >= 0 && errorRate <= 1)) {
    throw new BenchOptionError(name, 'load.targets.errorRate', errorRate, 'must be a number from 0 to 1')
  }
  return { ...(latencyMs !== undefined && { latencyMs }), ...(errorRate !== undefined && { errorRate }) }
}

function shapeOf(name: string, given: Record<string, unknown>, burstiness: () => number): number {
  const { arrivals = 'poisson' } = given
  if (given.burstiness !== undefined && arrivals !== 'gamma') {
    throw new BenchOptionError(name, 'load.burstiness', given.burstiness, 'only arrivals "gamma" have one')
  }
  if (arrivals === 'poisson') return 1
  if (arrivals === 'constant') return Number.POSITIVE_INFINITY
  if (arrivals === 'gamma') return burstiness()
  throw new BenchOptionError(name, 'load.arrivals', arrivals, 'must be "poisson", "constant" or "gamma"')
}
