import { describe, expect, test } from 'vitest'
import { doubtsAboutMachine, doubtsOf, type Evidence } from '../../../plugin/measure/doubts.ts'
import { topFunctions } from '../../../plugin/measure/probes/cpu-profile.ts'

/** A hundred rounds around 1 µs that nobody could doubt. */
const calm: Evidence = {
  name: 'a',
  samplesNs: Array.from({ length: 100 }, (_, round) => 1000 + ((round * 37) % 11)),
  rounds: 100,
  batchSize: 100,
  clockStepNs: 40,
  emptyNs: 4,
  resolutionNs: 0.1,
  callOverheadNs: 3,
  belowResolution: 0,
  overrides: false,
  warmUp: { steady: true, ms: 50 },
  iterationsWanted: 100,
}

function codes(change: Partial<Evidence>): string[] {
  return doubtsOf({ ...calm, ...change }).map(({ code }) => code)
}

describe('doubtsOf()', () => {
  test('has none about calm rounds', () => {
    expect(codes({})).toEqual([])
  })

  test('names a warm-up that did not get steady', () => {
    expect(codes({ warmUp: { steady: false, ms: 250 } })).toEqual(['not-steady'])
  })

  test('names a trend that moves the level, not one that hardly does', () => {
    const rising = (by: number) => calm.samplesNs.map((ns, round) => ns * (1 + (by * round) / 100))
    expect(codes({ samplesNs: rising(0.1) })).toContain('trend')
    expect(codes({ samplesNs: rising(0.005) })).toEqual([])
  })

  test('names several modes', () => {
    expect(codes({ samplesNs: calm.samplesNs.map((ns, round) => (round % 2 === 0 ? ns : ns * 1.5)) })).toEqual([
      'several-modes',
    ])
  })

  test('names rounds of too few clock steps', () => {
    expect(codes({ batchSize: 1 })).toEqual(['timer-saturation'])
    expect(codes({ batchSize: 1, overrides: true })).toEqual([])
  })

  test('names what cannot be told from nothing', () => {
    expect(codes({ samplesNs: [0.3, 0.3, 0.3], batchSize: 20_000, iterationsWanted: 3 })).toEqual(['like-empty'])
    expect(codes({ belowResolution: 60 })).toEqual(['below-resolution'])
  })

  test('names too few rounds', () => {
    expect(codes({ samplesNs: calm.samplesNs.slice(0, 4), rounds: 4 })).toEqual(['few-rounds'])
    expect(codes({ samplesNs: calm.samplesNs.slice(0, 4), rounds: 4, iterationsWanted: 4 })).toEqual([])
  })

  test('says what to do, and about which benchmark', () => {
    const [warning] = doubtsOf({ ...calm, warmUp: { steady: false, ms: 250 } })
    expect(warning!.text).toMatch(/^"a" .*250 ms.*raise `warmupTime`$/)
  })
})

describe('doubtsAboutMachine()', () => {
  test('names stolen time, then other processes, then the load average where nothing better is known', () => {
    const code = (load: Omit<Parameters<typeof doubtsAboutMachine>[0], 'processorsUsed'>) =>
      doubtsAboutMachine({ processorsUsed: 1, ...load }).map((warning) => warning.code)
    expect(code({ steal: 0.001, othersBusy: 0, loadPerProcessor: 9 })).toEqual([])
    expect(code({ steal: 0.05, othersBusy: 0, loadPerProcessor: 0 })).toEqual(['cpu-steal'])
    expect(code({ steal: 0, othersBusy: 1e3, loadPerProcessor: 0 })).toEqual(['machine-busy'])
    expect(code({ loadPerProcessor: 2 })).toEqual(['machine-busy'])
  })
})

test('topFunctions() shares out the time in which the thread worked, most first', () => {
  const node = (id: number, functionName: string, hitCount: number, lineNumber = 0) => ({
    id,
    callFrame: { functionName, scriptId: '1', url: 'a.js', lineNumber, columnNumber: 0 },
    hitCount,
  })
  const nodes = [
    node(1, '(root)', 0),
    node(2, '(idle)', 50),
    node(3, 'slow', 30, 6),
    node(4, 'quick', 10),
    node(5, 'slow', 50, 6),
    node(6, '', 10),
  ]
  expect(topFunctions({ nodes, startTime: 0, endTime: 1 }, '/')).toEqual([
    { name: 'slow', url: 'a.js', line: 7, selfPercent: 80 },
    { name: 'quick', url: 'a.js', line: 1, selfPercent: 10 },
    { name: '(anonymous)', url: 'a.js', line: 1, selfPercent: 10 },
  ])
})

test('topFunctions() names files as seen from the project, not where they stand on the machine', () => {
  const node = (id: number, url: string) => ({
    id,
    callFrame: { functionName: `f${id}`, scriptId: '1', url, lineNumber: 0, columnNumber: 0 },
    hitCount: 10 - id,
  })
  const nodes = [
    node(1, 'file:///project/a.ts'),
    node(2, '/project/b/c.ts'),
    node(3, 'node:fs'),
    node(4, '/other/d.js'),
  ]
  const urls = topFunctions({ nodes, startTime: 0, endTime: 1 }, '/project').map(({ url }) => url)
  expect(urls).toEqual(['a.ts', 'b/c.ts', 'node:fs', '../other/d.js'])
})
