import { inspect } from 'node:util'

/**
 * Makes an error that is thrown while Vitest is being configured end the process with our code for unusable input, and show as one
 * line instead of a stack: Vitest prints it as it is and keeps a code that is set.
 */
export function endBeforeStart(error: unknown): unknown {
  if (!(error instanceof Error) || !expected.has(error.name)) return error
  process.exitCode = 3
  return Object.assign(error, { [inspect.custom]: () => `vitest-verdict: ${error.message}` })
}

/** By name, since a bundled configuration brings its own copies of the classes. */
const expected = new Set(['InputError', 'OptionsError'])
