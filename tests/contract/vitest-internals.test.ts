import * as vitest from 'vitest'
import { describe, expect, test } from 'vitest'
import * as internals from 'vitest/internal/browser'
import { version } from 'vitest/node'
import { missingInternals, workerStateOf } from '../../plugin/duet/lane-internals.ts'

// `against` runs two versions in one worker by means that Vitest does not document. Who moves to another minor runs
// tests/e2e/against on it, and adds it here.
const known = ['5.1']

describe('what two versions in one worker are built on', () => {
  test('is known to hold for this minor of Vitest', () => {
    expect(known).toContain(version.split('.').slice(0, 2).join('.'))
  })

  test('is there', () => {
    expect(missingInternals(vitest, internals)).toEqual([])
    const worker = { workerState: Reflect.get(globalThis, '__vitest_worker__') }
    expect(workerStateOf(worker).ctx.files.map(({ filepath }) => filepath)).toContain(import.meta.filename)
  })

  test('is missed where it is not, by name', () => {
    class TestRunner {
      onBeforeRunSuite() {}
      onAfterRunTask() {}
    }
    expect(missingInternals({ TestRunner }, {})).toEqual(['startTests', 'onAfterRunSuite', 'onAfterRunFiles'])
    expect(missingInternals({}, internals)).toHaveLength(4)
    expect(() => workerStateOf({ workerState: { rpc: {} } })).toThrow('--isolate process')
  })
})
