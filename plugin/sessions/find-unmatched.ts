import type { TestSpecification, Vitest } from 'vitest/node'

/**
 * Finds the files in which a filter on tests (`--tagsFilter`, `-t`) leaves nothing to run, so that no session is spent on skipping
 * all they hold. The files are collected as `vitest list` does it, though all of them in one worker, since that costs less than
 * starting one for a single of them. A file that cannot be collected is not among the answers: its sessions will say why.
 *
 * @param specifications the benchmark files that would run
 */
export async function findUnmatched(
  vitest: Vitest,
  specifications: readonly TestSpecification[],
): Promise<readonly TestSpecification[]> {
  const { tagsFilter, testNamePattern } = vitest.config
  // One file that was asked for together with a filter most likely holds what the filter names.
  if (specifications.length < 2 || !(tagsFilter?.length || testNamePattern)) return []
  const projects = new Set(specifications.map(({ project }) => project))
  const isolated = [...projects].map((project) => [project, project.config.isolate] as const)
  const exitCode = process.exitCode
  try {
    for (const project of projects) project.config.isolate = false
    await vitest.collectTests([...specifications])
  } finally {
    for (const [project, isolate] of isolated) project.config.isolate = isolate
    // A file that cannot be loaded fails in its sessions.
    process.exitCode = exitCode
  }
  return specifications.filter(
    ({ testModule: module }) => module?.state() === 'skipped' && module.errors().length === 0,
  )
}
