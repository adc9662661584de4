import pLimit from 'p-limit'
import { type HistoryEntry, historyEntrySchema, historyFormat, historyVersion } from './history-entry.ts'
import type { HistoryStore } from './history-store.ts'

export interface History {
  /** Oldest first. */
  entries: HistoryEntry[]
  /** What stands in the store but could not be used, and why. */
  skipped: { name: string; reason: string }[]
}

/** Names an entry; runs of several machines may share a store. */
export function historyName({ id, machineClass }: Pick<HistoryEntry, 'id' | 'machineClass'>): string {
  return `${id}_${machineClass.replace(/[^\w.-]+/g, '_').slice(0, 80)}.json`
}

export async function writeHistory(store: HistoryStore, entry: HistoryEntry): Promise<void> {
  await store.write(historyName(entry), `${JSON.stringify(entry)}\n`)
}

/** Reads all of a store; damaged and foreign entries are named and left where they are. */
export async function readHistory(store: HistoryStore): Promise<History> {
  const names = await store.list()
  const limit = pLimit(32)
  const read = await limit.map(names, async (name) => ({ name, ...(await readEntry(store, name)) }))
  return {
    entries: read
      .flatMap(({ entry }) => entry ?? [])
      .sort((a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : a.id < b.id ? -1 : 1)),
    skipped: read
      .flatMap(({ name, reason }) => (reason === undefined ? [] : [{ name, reason }]))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

type Outcome = { entry: HistoryEntry; reason?: undefined } | { entry?: undefined; reason: string }

async function readEntry(store: HistoryStore, name: string): Promise<Outcome> {
  let content: unknown
  try {
    const text = await store.read(name)
    if (text === null) return { reason: 'it vanished while reading' }
    if (text.trim() === '') return { reason: 'it is empty' }
    content = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return { reason: `not whole JSON (${error.message})` }
    return { reason: (error as Error).message }
  }
  const { format, version } = (content ?? {}) as { format?: unknown; version?: unknown }
  if (format !== historyFormat) return { reason: 'not an entry of this history' }
  if (version !== historyVersion) return { reason: `version ${String(version)} is unknown here: update vitest-verdict` }
  const parsed = historyEntrySchema.safeParse(content)
  if (parsed.success) return { entry: parsed.data }
  const [issue] = parsed.error.issues
  return { reason: `damaged at ${issue?.path.join('.') || 'the top'} (${issue?.message ?? 'invalid'})` }
}
