import { describe, expect } from 'vitest'
import { test } from '../../../fixtures/index.ts'
import { startProcess } from '../../../fixtures/startup/start-process.ts'

describe('startProcess()', () => {
  test('starts an orchestrator in a process that answers, reports its steps and ends', async ({ simulator }) => {
    const { reached, ended } = startProcess({ wish: 'answered', baseUrl: simulator.url })
    const ready = await reached('ready')
    expect(ready).toMatchObject({ step: 'ready', tookMs: expect.any(Number) })
    expect(ready.rssBytes).toBeGreaterThan(ready.heapBytes)
    expect((await reached('answered')).step).toBe('answered')
    await ended
    expect(await simulator.requests('startup')).toMatchObject([{ model: 'gpt-4o-mini', outcome: 'answered' }])
    await expect(reached('warm')).rejects.toThrow('The process ended too early (exit code 0)')
  })

  test('says what the process said when it could not go on', async ({ simulator }) => {
    const { reached } = startProcess({ wish: 'answered', baseUrl: simulator.refusedUrl })
    await expect(reached('answered')).rejects.toThrow(/exit code 1.*\n[\s\S]*CallFailedError/)
  })
})
