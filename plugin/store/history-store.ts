/** Where the condensed runs are kept. It knows nothing of their content and never deletes anything. */
export interface HistoryStore {
  /** How messages name it; without passwords. */
  place: string
  /** Names of everything that stands there, foreign things included. */
  list(): Promise<string[]>
  /** Null when there is no such entry. */
  read(name: string): Promise<string | null>
  /** Whole or not at all; an entry of the same name is replaced. */
  write(name: string, content: string): Promise<void>
  close(): Promise<void>
}
