import { describe } from 'vitest'
import { test } from './strict-world.ts'

// Each of these must fail, for the checks would be worth nothing if they could not.
describe('a test fails', () => {
  test.fails('by name on a request that no provider knows', async ({ simulator, apiKey }) => {
    await fetch(`${simulator.url}/v1/nothing`, { headers: { 'x-simulator-key': apiKey } })
  })

  test.fails('when it leaves a timer', ({ onTestFinished }) => {
    const timer = setInterval(() => {}, 60_000)
    onTestFinished(() => clearInterval(timer))
  })
})
