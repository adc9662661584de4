import type { ReportedHookContext, Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node'
import type { SessionCounter } from './session-counter.ts'

/** Events about one file, by the place of the entity among their arguments; all others pass unfiltered. */
const moduleOf: { [Event in keyof Reporter]?: (entity: never) => TestModule } = {
  onTestModuleQueued: (module: TestModule) => module,
  onTestModuleCollected: (module: TestModule) => module,
  onTestModuleStart: (module: TestModule) => module,
  onTestModuleEnd: (module: TestModule) => module,
  onTestSuiteReady: (suite: TestSuite) => suite.module,
  onTestSuiteResult: (suite: TestSuite) => suite.module,
  onTestCaseReady: (test: TestCase) => test.module,
  onTestCaseResult: (test: TestCase) => test.module,
  onTestCaseAnnotate: (test: TestCase) => test.module,
  onTestCaseArtifactRecord: (test: TestCase) => test.module,
  onTestCaseBenchmark: (test: TestCase) => test.module,
  onHookStart: (hook: ReportedHookContext) => moduleOfEntity(hook.entity),
  onHookEnd: (hook: ReportedHookContext) => moduleOfEntity(hook.entity),
}

function moduleOfEntity(entity: TestModule | TestSuite | TestCase): TestModule {
  return entity.type === 'module' ? entity : entity.module
}

/**
 * Lets a reporter hear of the last session of each benchmark file only, so that it sees every test once. Its own state and
 * all events of ordinary tests are untouched.
 */
export function lastSessionOnly(reporter: Reporter, counter: SessionCounter, vitest: Vitest): Reporter {
  const hears = (event: string, args: readonly unknown[]): boolean => {
    if (event === 'onUserConsoleLog') {
      const module = moduleOfTask(vitest, (args[0] as { taskId?: string }).taskId)
      return module === undefined || counter.isLast(module)
    }
    const find = moduleOf[event as keyof Reporter]
    return find === undefined || counter.isLast(find(args[0] as never))
  }
  return new Proxy(reporter, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target)
      if (typeof value !== 'function' || typeof property !== 'string') return value
      return (...args: unknown[]) => (hears(property, args) ? value.apply(target, args) : undefined)
    },
  })
}

function moduleOfTask(vitest: Vitest, taskId: string | undefined): TestModule | undefined {
  const task = taskId === undefined ? undefined : vitest.state.idMap.get(taskId)
  if (task === undefined) return undefined
  const entity = vitest.state.getReportedEntity(task)
  return entity === undefined ? undefined : moduleOfEntity(entity)
}
