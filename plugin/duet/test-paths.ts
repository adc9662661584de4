import type { RunnerTask, RunnerTestFile, RunnerTestSuite } from 'vitest'

/**
 * Names every task by its place: `suite:outer~0/test:inner~1` is the second test `inner` in the first suite `outer`. Equal in
 * two versions of a file whatever stands around it.
 */
export function testPaths(file: RunnerTestFile): Map<RunnerTask, string> {
  const paths = new Map<RunnerTask, string>()
  const visit = (suite: RunnerTestSuite, prefix: string) => {
    for (const [task, own] of withOwnKeys(suite)) {
      const path = `${prefix}${own}`
      paths.set(task, path)
      if (task.type === 'suite') visit(task, `${path}/`)
    }
  }
  visit(file, '')
  return paths
}

/**
 * Sorts the tasks of `file` like those of `model`, level by level, what only `file` has at the end: two lanes that meet at
 * the same tests must reach them in the same order. Also ends shuffling, which would undo it.
 */
export function alignTasks(file: RunnerTestSuite, model: RunnerTestSuite): void {
  file.shuffle = false
  model.shuffle = false
  const order = new Map(withOwnKeys(model).map(([task, key], index) => [key, { task, index }]))
  const own = withOwnKeys(file)
  for (const [task, key] of own) {
    const counterpart = order.get(key)?.task
    if (task.type === 'suite' && counterpart?.type === 'suite') alignTasks(task, counterpart)
  }
  const indexOf = (key: string) => order.get(key)?.index ?? Number.POSITIVE_INFINITY
  file.tasks = own
    .toSorted(([, a], [, b]) => (indexOf(a) === indexOf(b) ? 0 : indexOf(a) - indexOf(b)))
    .map(([task]) => task)
}

function withOwnKeys(suite: RunnerTestSuite): [RunnerTask, string][] {
  const seen = new Map<string, number>()
  return suite.tasks.map((task) => {
    const name = `${task.type}:${task.name}`
    const occurrence = seen.get(name) ?? 0
    seen.set(name, occurrence + 1)
    return [task, `${name}~${occurrence}`]
  })
}
