import { describe, expect, test } from 'vitest'
import type { DuetRecord, Lane } from '../../../plugin/duet/lane.ts'
import { localPlayer } from '../../../plugin/duet/local-player.ts'
import { measureLoadLanes } from '../../../plugin/duet/measure-load-lanes.ts'
import { defaultMeasureOptions, resolveBudget } from '../../../plugin/measure/settings.ts'
import { createSubject } from '../../../plugin/measure/subject.ts'

const emptyRecord = (): DuetRecord => ({ name: 'load', call: 0, figures: {}, tookMs: 0, errors: {} })

/** Versions under a load of 8 requests, 2 at once; each call notes whose it is. */
function versions(calls: Lane[], request: (lane: Lane) => Promise<unknown>) {
  return (['head', 'base', 'null'] as const).map((lane) => {
    const own = { load: { concurrency: 2, requests: 8 }, warmupTime: 0, warmupIterations: 0 }
    const fn = () => {
      calls.push(lane)
      return request(lane)
    }
    const subject = createSubject('load', fn, own, resolveBudget('load', own, {}, defaultMeasureOptions))
    return localPlayer({ lane, run: {}, subject }, () => false)
  })
}

async function measure(request: (lane: Lane) => Promise<unknown>, baseFirst: boolean) {
  const calls: Lane[] = []
  const record = emptyRecord()
  const players = versions(calls, request)
  const options = { time: 1, ownFigures: false, baseFirst }
  await measureLoadLanes(players, record, { options, seed: 1, aborted: () => false })
  return { record, players, turns: calls.filter((lane, index) => lane !== calls[index - 1]), calls }
}

const soon = () => new Promise((done) => setImmediate(done))

describe('measureLoadLanes()', () => {
  test('loads one version at a time, forward and backward, with half of the requests in each block', async () => {
    const { record, turns, calls } = await measure(soon, false)
    expect(turns).toEqual(['head', 'base', 'null', 'base', 'head'])
    expect(['head', 'base', 'null'].map((lane) => calls.filter((each) => each === lane).length)).toEqual([8, 8, 8])
    expect(Object.entries(record.figures).map(([name, { gate }]) => [name, gate])).toEqual([
      ['duration_median', true],
      ['duration_mean', true],
      ['duration_p95', false],
      ['throughput', false],
    ])
    for (const { values } of Object.values(record.figures)) {
      expect(values).toEqual({ head: expect.any(Number), base: expect.any(Number), null: expect.any(Number) })
    }
    const { turns: other } = await measure(soon, true)
    expect(other).toEqual(['null', 'base', 'head', 'base', 'null'])
  })

  test('finds a version that keeps its requests waiting', async () => {
    const request = (lane: Lane) => new Promise((done) => setTimeout(done, lane === 'head' ? 20 : 1))
    const { values } = (await measure(request, false)).record.figures.duration_median!
    expect(values.head! / values.base!).toBeGreaterThan(2)
  })

  test('leaves out a version whose requests all fail, and measures the others', async () => {
    const request = async (lane: Lane) => {
      if (lane === 'base') throw new Error('refused')
    }
    const { record, players } = await measure(request, false)
    expect(players.map(({ lane, error }) => [lane, error !== undefined])).toEqual([
      ['head', false],
      ['base', true],
      ['null', false],
    ])
    expect(Object.keys(record.figures.duration_mean!.values).sort()).toEqual(['head', 'null'])
  })
})
