import { createVitest, type Vitest } from 'vitest/node'

/** A test whose benchmarks are to be measured in fresh processes once more. */
export interface Suspect {
  /** Absolute path of the file. */
  moduleId: string
  /** Vitest's own name of the project. */
  project: string
  /** Full name, suites joined with ` > `. */
  test: string
}

/**
 * Runs the given tests again in a Vitest of their own, with the configuration and command line of `vitest` and no reporter but
 * ours, which the plugin adds when it is loaded there. What that reporter would conclude goes to `deliver` instead.
 */
export async function measureAgain<T>(
  vitest: Vitest,
  suspects: readonly Suspect[],
  deliver: (finished: T) => void,
): Promise<void> {
  const confirmation: Confirmation<T> = { deliver }
  const holder = globalThis as { [slot]?: Confirmation<T> }
  holder[slot] = confirmation
  const { cliOptions, root } = vitest.config
  const { shard: _shard, testNamePattern: _pattern, reporter: _reporter, outputFile: _file, ...options } = cliOptions
  try {
    const again = await createVitest({ ...options, root, watch: false, run: true, reporters: [{}] })
    try {
      await again.standalone()
      const specifications = (await again.globTestSpecifications()).flatMap(({ project, moduleId }) => {
        const here = suspects.filter((suspect) => suspect.moduleId === moduleId && suspect.project === project.name)
        const testNames = [...new Set(here.map(({ test }) => test))]
        return testNames.length === 0 ? [] : [project.createSpecification(moduleId, { testNames })]
      })
      await again.runTestSpecifications(specifications)
    } finally {
      await again.close()
    }
  } finally {
    delete holder[slot]
  }
}

/** Known to every copy of this package in the process: a bundled configuration file brings its own. */
const slot = Symbol.for('vitest-verdict.confirmation')

interface Confirmation<T> {
  deliver: (finished: T) => void
}

/** Where the results go while tests are measured again; undefined in an ordinary run. */
export function deliveryOfConfirmation<T>(): ((finished: T) => void) | undefined {
  return (globalThis as { [slot]?: Confirmation<T> })[slot]?.deliver
}
