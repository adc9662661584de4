import type { TestCase } from 'vitest/node'

/** Prints what a reporter learns of each test as one line of JSON: no timing, so that two providers can be compared. */
export default class {
  onTestCaseResult(test: TestCase) {
    const { state, errors } = test.result()
    const line = {
      test: test.name,
      state,
      events: test.meta().events,
      measured: test.meta().verdict?.map(({ name, status, iterations }) => ({ name, status, iterations })),
      errors: errors?.map(({ name, message, stacks }) => ({
        name,
        message,
        file: stacks?.[0]?.file.split('/').pop(),
        line: stacks?.[0]?.line,
      })),
    }
    process.stdout.write(`@@${JSON.stringify(line)}\n`)
  }
}
