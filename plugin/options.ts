import { z } from 'zod'

const severities = ['critical', 'high', 'medium', 'low'] as const
const percent = z.number().positive().max(1000)

/**
 * K = 5 leaves the trimmed t two degrees of freedom, which no verdict can rest on (VERDICT.md rule 4).
 */
const sessions = z
  .int()
  .min(1)
  .max(100)
  .refine((value) => value !== 5, { error: '5 sessions leave too few degrees of freedom: use 4 or 6' })

/** The user's own system under test: a gateway's address, or a module that exports a system. */
export type TargetOption =
  | string
  | {
      url: string
      /** What the gateway speaks; told from the address when absent: `ollama` at port 11434 without `/v1`. */
      api?: 'openai' | 'ollama'
      headers?: Record<string, string>
      /** The gateway's name of a model, by the suite's. */
      models?: Record<string, string>
      /** Name for every model that `models` does not list. */
      model?: string
    }
  | { module: string }

/** `TargetOption` with everything decided; a module's path is absolute once the project's root is known. */
export type ResolvedTarget =
  | {
      kind: 'gateway'
      api: 'openai' | 'ollama'
      /** Without a trailing slash; ends in `/v1` for `openai`. */
      url: string
      headers: Record<string, string>
      models: Record<string, string>
      model: string | null
    }
  | { kind: 'module'; path: string }

const text = z.string().min(1)
const moduleSchema = z.strictObject({ module: text })
const gatewaySchema = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).refine(
    (url) => {
      const { username, password, search, hash } = new URL(url)
      return `${username}${password}${search}${hash}` === ''
    },
    { error: 'must have no user, password, query or fragment: what a gateway must be told goes into "headers"' },
  ),
  api: z.enum(['openai', 'ollama']).optional(),
  headers: z.record(text, z.string()).default({}),
  models: z.record(text, text).default({}),
  model: text.optional(),
})

/** Each form by a schema of its own, so that a complaint is about the form that was meant. */
const target = z.custom<TargetOption>().transform((given: unknown, context): ResolvedTarget => {
  if (typeof given === 'string' && given.trimStart().startsWith('{')) {
    context.addIssue({ code: 'custom', message: 'looks like JSON, but cannot be read as such' })
    return z.NEVER
  }
  const form = typeof given === 'string' ? (/^https?:/i.test(given) ? { url: given } : { module: given }) : given
  const isModule = typeof form === 'object' && form !== null && 'module' in form
  const parsed = isModule ? moduleSchema.safeParse(form) : gatewaySchema.safeParse(form)
  if (!parsed.success) {
    for (const { message, path } of parsed.error.issues) context.addIssue({ code: 'custom', message, path })
    return z.NEVER
  }
  return 'module' in parsed.data ? { kind: 'module', path: parsed.data.module } : resolveGateway(parsed.data)
})

function resolveGateway({ url, api, model, ...given }: z.output<typeof gatewaySchema>): ResolvedTarget {
  const address = url.replace(/\/+$/, '')
  const speaks = api ?? (new URL(url).port === '11434' && !address.endsWith('/v1') ? 'ollama' : 'openai')
  const versioned = speaks === 'openai' && !address.endsWith('/v1') ? `${address}/v1` : address
  return { kind: 'gateway', api: speaks, url: versioned, ...given, model: model ?? null }
}

const optionsSchema = z.strictObject({
  /** `quick` trades evidence for time (4 sessions, short budgets): for pre-commit hooks. */
  profile: z.enum(['full', 'quick']).default('full'),
  /** Samples wanted per benchmark and session. */
  iterations: z.int().positive().max(1_000_000).default(100),
  /** Untimed calls before measuring, at the least. */
  warmup: z.int().nonnegative().max(1_000_000).default(10),
  /** Requests at once in load benchmarks that do not say. */
  concurrent: z.int().positive().max(10_000).default(10),
  /** Time budget per benchmark and session, ms; 500, or 100 in the quick profile. */
  time: z.number().positive().max(600_000).optional(),
  /** Fresh processes per benchmark file; 6, or 4 in the quick profile, or 1 with `against`. */
  sessions: sessions.optional(),
  profiling: z.boolean().default(true),
  memoryTracking: z.boolean().default(true),
  /** Where the files go, relative to the project's root. */
  outputDir: z.string().min(1).default('benchmark_results'),
  useAnalyticalModels: z.boolean().default(true),
  analyticalModels: z.array(z.string().min(1)).default(['deepseek-r1-70b', 'llama-3.1-70b']),
  /**
   * Practical threshold, per cent: smaller changes are never called a regression. 5; with `against` 3, or 10 in the quick
   * profile.
   */
  threshold: percent.optional(),
  /** Lowest severity that makes the exit code 1; `critical`, or `low` with `against`. */
  failOn: z.enum(severities).optional(),
  /** Exit with 2 when the verdict is inconclusive. */
  strict: z.boolean().default(false),
  /** Serve the report on 127.0.0.1 while the run goes on. */
  live: z.boolean().default(false),
  /** Where a severity begins, per cent slower. */
  severity: z
    .strictObject({
      medium: percent.default(10),
      high: percent.default(25),
      critical: percent.default(50),
    })
    .refine(({ medium, high, critical }) => medium <= high && high <= critical, {
      error: 'severities must rise: medium <= high <= critical',
    })
    .prefault({}),
  /** The baseline file, relative to the project's root; `baseline/<machine class>.json` when absent. */
  baseline: z.string().min(1).optional(),
  /** File of the absolute aims, relative to the project's root; `baseline/targets.json` when absent. */
  targets: z.string().min(1).optional(),
  /** Exit with 1 when a target is missed. */
  failOnTarget: z.boolean().default(false),
  /**
   * What is measured in turns with the baseline's commit, and judged by that: what regressed, where the commit is here and needs no
   * installation (`regressed`); what regressed or is inconclusive, whatever that takes (`true`); nothing (`false`).
   */
  confirm: z.literal([true, false, 'regressed']).default('regressed'),
  /** Branch, tag or commit to measure everything in turns with, and to judge it by in place of a baseline. */
  against: z.string().min(1).optional(),
  /** What the benchmarks measure instead of the reference orchestrator. */
  target: target.optional(),
  /** Names the baseline file instead of platform, CPUs and Node major, e.g. `github-ubuntu`. */
  machineClass: z
    .string()
    .regex(/^[\w.-]+$/, { error: 'use letters, digits, ".", "_" and "-"' })
    .optional(),
})

/** Practical threshold of versions measured in turns, per cent (VERDICT.md rule 5); in a hook only large changes are looked for. */
export const pairedThreshold = { full: 3, quick: 10 } as const

/** What a user may pass to `verdict(options)`. */
export type VerdictOptions = z.input<typeof optionsSchema>

/** Every option decided. */
export type ResolvedOptions = Omit<
  z.output<typeof optionsSchema>,
  'baseline' | 'machineClass' | 'sessions' | 'time' | 'targets' | 'target' | 'threshold' | 'failOn' | 'against'
> & {
  sessions: number
  time: number
  threshold: number
  failOn: (typeof severities)[number]
  against: string | null
  baseline: string | null
  machineClass: string | null
  targets: string | null
  target: ResolvedTarget | null
}

/** An option that does not make sense; `message` names the option, where it came from, its value and what is allowed. */
export class OptionsError extends Error {
  override name = 'OptionsError'
}

type Environment = Record<string, string | undefined>

/**
 * Decides every option: defaults < `config` < environment (`VITEST_VERDICT_<OPTION>`), where the command line of
 * `vitest-verdict bench` speaks through the environment.
 * @throws OptionsError on an unknown option or a value out of range.
 */
export function resolveOptions(config: VerdictOptions = {}, environment: Environment = {}): ResolvedOptions {
  const fromEnvironment = readEnvironment(environment)
  const parsed = optionsSchema.safeParse({ ...config, ...fromEnvironment.values })
  if (!parsed.success) throw new OptionsError(describeIssues(parsed.error, fromEnvironment.names))
  const { baseline, machineClass, sessions, time, targets, target, threshold, failOn, against, ...options } =
    parsed.data
  const quick = options.profile === 'quick'
  // The values of `vitest-verdict against`, which measures for itself: one session of this run shows figures, no more.
  const paired = against !== undefined
  return {
    ...options,
    threshold: threshold ?? (paired ? pairedThreshold[options.profile] : 5),
    failOn: failOn ?? (paired ? 'low' : 'critical'),
    against: against ?? null,
    sessions: sessions ?? (paired ? 1 : quick ? 4 : 6),
    time: time ?? (quick ? 100 : 500),
    baseline: baseline ?? null,
    machineClass: machineClass ?? null,
    targets: targets ?? null,
    target: target ?? null,
  }
}

/** @example environmentName('outputDir') // 'VITEST_VERDICT_OUTPUT_DIR' */
export function environmentName(option: string): string {
  return `VITEST_VERDICT_${option.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
}

function readEnvironment(environment: Environment) {
  const values: Record<string, unknown> = {}
  const names: Record<string, string> = {}
  for (const option of Object.keys(optionsSchema.shape)) {
    const name = environmentName(option)
    const text = environment[name]
    if (text === undefined || text === '') continue
    values[option] = textual.has(option) ? text : parseText(text)
    names[option] = name
  }
  return { values, names }
}

/** Options whose value is text whatever it looks like: a folder may be called `2026`. */
const textual = new Set(['profile', 'outputDir', 'failOn', 'baseline', 'machineClass', 'targets', 'against'])

/** Numbers, booleans and JSON read as such, anything else as text. */
function parseText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function describeIssues(error: z.ZodError, environmentNames: Record<string, string>): string {
  return error.issues
    .map((issue) => {
      if (issue.code === 'unrecognized_keys') {
        return `Unknown vitest-verdict option ${issue.keys.map((key) => `"${key}"`).join(', ')}. Known: ${Object.keys(optionsSchema.shape).join(', ')}`
      }
      const option = issue.path.join('.')
      const origin = environmentNames[String(issue.path[0])]
      return `Invalid vitest-verdict option "${option}"${origin ? ` (from ${origin})` : ''}: ${issue.message}`
    })
    .join('\n')
}
