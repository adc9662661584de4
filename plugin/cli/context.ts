/** What a command may touch of its process; tests pass their own. */
export interface Context {
  env: Record<string, string | undefined>
  cwd: string
  /** Prints a line to standard output. */
  print(text: string): void
  /** Sets what the process will end with. */
  exit(code: number): void
}
