import { writeFileSync } from 'node:fs'

/** Names the file by which the plugin tells `vitest-verdict bench` that it was loaded for a benchmark project. */
export const signOfLoading = 'VITEST_VERDICT_SIGN'

/** Leaves the sign, where the command asked for one. */
export function signLoading(environment: Record<string, string | undefined>): void {
  const path = environment[signOfLoading]
  if (path) writeFileSync(path, '')
}
