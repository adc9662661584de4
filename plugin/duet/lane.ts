import type { Unit } from '../run/metric.ts'

/** The versions side by side: the working tree, the version it is compared with, and that version once more. */
export type Lane = 'head' | 'base' | 'null'

/** What the worker is told of the versions. */
export interface DuetSetup {
  /** Repository of the working tree, absolute, symbolic links resolved. */
  repository: string
  /** Checkouts of the base; null where the working tree is to be measured alone. */
  trees: { base: string; null: string } | null
  /** From 1. Order of turns and places in memory follow from it. */
  session: number
  /** Whether the base's modules are loaded before the head's: it alternates, as what is loaded first may run faster. */
  baseFirst: boolean
  /** Most milliseconds of timed calls per version and benchmark in one session. */
  time: number
  /** Whether benchmarks are asked for times of their own too, with their option `metrics`. */
  ownFigures: boolean
}

/** Name of the figure that is steadier than the mean and sees garbage collection all the same. */
export const withCollections = 'duration_with_gc'

/** One figure of one session, by lane; in the unit of the figure. */
export interface DuetFigure {
  title: string
  unit: Unit
  direction: 'lower' | 'higher'
  gate: boolean
  values: Partial<Record<Lane, number>>
}

/** What one benchmark showed in one session. */
export interface DuetRecord {
  name: string
  /** Number of the provider's call within the test, from 0. */
  call: number
  category?: string
  /** The benchmark's own practical threshold, per cent. */
  threshold?: number
  figures: Record<string, DuetFigure>
  /** How long measuring all versions took, ms; for the evaluation. */
  tookMs: number
  /** Errors of the lanes that could not be measured. */
  errors: Partial<Record<Lane, string>>
}

/** What is known of a whole file beside its tests. */
export interface DuetFileRecord {
  /** Whether the base has the file too. */
  inBase: boolean
  /** Why the base's file could not be loaded, or what failed in it, test by test. */
  baseErrors: { test: string | null; error: string }[]
  /** Benchmarks that only the base has. */
  removed: { test: string; name: string }[]
}

declare module 'vitest' {
  interface TaskMeta {
    verdictDuet?: DuetRecord[]
    verdictDuetFile?: DuetFileRecord
  }
  interface ProvidedContext {
    vitestVerdictDuet: DuetSetup
  }
}
