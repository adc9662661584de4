import { execFileSync } from 'node:child_process'
import { expect, test, vi } from 'vitest'
import { withSteadyHeap } from '../../../plugin/measure/young-generation.ts'

const module = new URL('../../../plugin/measure/young-generation.ts', import.meta.url).href

/** What a fresh process with the heap of one that measures says. */
function run(code: string): number {
  const whole = `
    import { getHeapSpaceStatistics } from 'node:v8'
    import { touchYoungGeneration } from ${JSON.stringify(module)}
    ${code}`
  const args = [...withSteadyHeap([]), '--input-type=module', '--disable-warning=ExperimentalWarning', '--eval', whole]
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }))
}

/** Page faults while 64 MB of short-lived arrays are made. */
function faultsOf(preparation: string): number {
  return run(`
    ${preparation}
    const before = process.resourceUsage().minorPageFault
    let kept = 0
    for (let made = 0; made < 4096; made++) kept += new Array(2048).fill(made).length
    console.log(process.resourceUsage().minorPageFault - before)`)
}

test('a benchmark that allocates meets no page for the first time once the young generation was used', () => {
  const fresh = faultsOf('')
  // Both halves of 16 MB, in pages of 4 KB.
  expect(fresh).toBeGreaterThan(7_000)
  expect(faultsOf('touchYoungGeneration()')).toBeLessThan(0.1 * fresh)
})

test('the first benchmark finds the young generation empty: its first objects are not taken for long-lived', () => {
  const used = run(`
    touchYoungGeneration()
    const { space_used_size } = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
    console.log(space_used_size)`)
  expect(used).toBeLessThan(2 * 1024 * 1024)
})

test('a heap whose parts the user has sized stays so', ({ onTestFinished }) => {
  const sized = ['--min-semi-space-size=16', '--max-semi-space-size=16']
  expect(withSteadyHeap(['--expose-gc'])).toEqual(['--expose-gc', ...sized])
  for (const own of ['--max-semi-space-size=64', '--min_semi_space_size=8'])
    expect(withSteadyHeap([own])).toEqual([own])
  onTestFinished(() => void vi.unstubAllEnvs())
  vi.stubEnv('NODE_OPTIONS', '--trace-gc --max-heap-size=500')
  expect(withSteadyHeap([])).toEqual([])
})
