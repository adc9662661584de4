import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { watchOutsideLoad } from '../../../plugin/measure/outside-load.ts'

const computing = 'while (process.cpuUsage().user < 400_000);'

describe('watchOutsideLoad()', () => {
  test('tells how much this process worked', () => {
    const start = process.cpuUsage()
    const stop = watchOutsideLoad()
    while (process.cpuUsage(start).user < 100_000);
    expect(stop().processorsUsed).toBeGreaterThan(0)
  })

  test.skipIf(!existsSync('/proc/stat'))(
    'counts what its own processes and theirs did as its own, also when they have ended',
    () => {
      const stop = watchOutsideLoad()
      const start = performance.now()
      const inner = `require("node:child_process").execFileSync(process.execPath, ["-e", ${JSON.stringify(computing)}]); ${computing}`
      execFileSync(process.execPath, ['-e', inner])
      const load = stop()
      const seconds = (performance.now() - start) / 1000
      // Twice 400 ms of user time, whatever they had to wait; the kernel counts in hundredths.
      expect(load.descendantsUsed! * seconds).toBeGreaterThan(0.7)
    },
  )
})
