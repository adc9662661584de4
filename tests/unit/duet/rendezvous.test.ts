import { describe, expect, test } from 'vitest'
import type { Lane } from '../../../plugin/duet/lane.ts'
import { createRendezvous, type MeetingPoint } from '../../../plugin/duet/rendezvous.ts'

const all: Lane[] = ['head', 'base', 'null']

/** A rendezvous that notes who met where. */
function meeting(lanes: readonly Lane[] = all) {
  const met: string[] = []
  const rendezvous = createRendezvous<Lane, string>(lanes)
  const measure = async (point: MeetingPoint, brought: ReadonlyMap<Lane, Lane>) => {
    met.push(`${point.test}#${point.call}: ${[...brought.keys()].toSorted().join(' ')}`)
    return new Map([...brought.keys()].map((lane) => [lane, { result: `${lane} at ${point.test}` }] as const))
  }
  const arrive = (lane: Lane, name: string, call = 0) => rendezvous.arrive(lane, { test: name, call }, lane, measure)
  /** Runs tests one after the other, as a lane does. */
  const run = async (lane: Lane, tests: readonly string[]) => {
    for (const name of tests) {
      await arrive(lane, name)
      rendezvous.testEnded(lane, name)
    }
    rendezvous.laneEnded(lane)
  }
  return { met, rendezvous, arrive, run }
}

describe('createRendezvous()', () => {
  test('measures when all lanes are there, and gives each its own result', async () => {
    const { met, rendezvous, arrive } = meeting()
    for (const lane of all) rendezvous.plan(lane, ['a'])
    const head = arrive('head', 'a')
    const base = arrive('base', 'a')
    expect(met).toEqual([])
    expect(await Promise.all([head, base, arrive('null', 'a')])).toEqual(['head at a', 'base at a', 'null at a'])
    expect(met).toEqual(['a#0: base head null'])
  })

  test('measures what only one version has with those that have it, whatever the order of the rest', async () => {
    const { met, rendezvous, run } = meeting()
    const tests = { head: ['a', 'new', 'c'], base: ['a', 'c', 'old'], null: ['a', 'c', 'old'] }
    for (const lane of all) rendezvous.plan(lane, tests[lane])
    await Promise.all(all.map((lane) => run(lane, tests[lane])))
    expect(met).toEqual(['a#0: base head null', 'new#0: head', 'c#0: base head null', 'old#0: base null'])
  })

  test('goes on without a lane that has ended or whose test has', async () => {
    const { met, rendezvous, arrive } = meeting()
    for (const lane of all) rendezvous.plan(lane, ['a', 'b'])
    const first = [arrive('head', 'a'), arrive('null', 'a')]
    rendezvous.testEnded('base', 'a')
    const ahead = arrive('base', 'b')
    await Promise.all(first)
    rendezvous.laneEnded('null')
    await Promise.all([arrive('head', 'b'), ahead])
    expect(met).toEqual(['a#0: head null', 'b#0: base head'])
  })

  test('does not measure while any lane is on its way', async () => {
    const { met, rendezvous, arrive } = meeting()
    for (const lane of all) rendezvous.plan(lane, lane === 'null' ? ['other'] : ['a'])
    const waiting = [arrive('head', 'a'), arrive('base', 'a')]
    await Promise.resolve()
    expect(met).toEqual([])
    rendezvous.laneEnded('null')
    await Promise.all(waiting)
    expect(met).toEqual(['a#0: base head'])
  })

  test('cannot be stuck: lanes that wait for one another are let go, the head first', async () => {
    const { met, rendezvous, run } = meeting(['head', 'base'])
    rendezvous.plan('head', ['a', 'b'])
    rendezvous.plan('base', ['b', 'a'])
    await Promise.all([run('head', ['a', 'b']), run('base', ['b', 'a'])])
    expect(met).toEqual(['a#0: head', 'b#0: base head', 'a#0: base'])
  })

  test('keeps several calls of one test apart', async () => {
    const { met, rendezvous, arrive } = meeting(['head', 'base'])
    rendezvous.plan('head', ['a'])
    rendezvous.plan('base', ['a'])
    await Promise.all([arrive('head', 'a', 0), arrive('base', 'a', 0)])
    const second = arrive('head', 'a', 1)
    rendezvous.testEnded('base', 'a')
    rendezvous.laneEnded('base')
    await second
    expect(met).toEqual(['a#0: base head', 'a#1: head'])
  })

  test('gives each lane its own error, and all of them that of the measurement itself', async () => {
    const rendezvous = createRendezvous<null, string>(['head', 'base'])
    const point = { test: 'a', call: 0 }
    const partly = async () =>
      new Map<Lane, { result: string } | { error: unknown }>([
        ['head', { result: 'fine' }],
        ['base', { error: new Error('base is broken') }],
      ])
    const [head, base] = await Promise.allSettled([
      rendezvous.arrive('head', point, null, partly),
      rendezvous.arrive('base', point, null, partly),
    ])
    expect(head).toMatchObject({ value: 'fine' })
    expect(base).toMatchObject({ reason: { message: 'base is broken' } })
    const fails = async () => Promise.reject(new Error('no clock'))
    const both = await Promise.allSettled([
      rendezvous.arrive('head', point, null, fails),
      rendezvous.arrive('base', point, null, fails),
    ])
    expect(both).toMatchObject([{ reason: { message: 'no clock' } }, { reason: { message: 'no clock' } }])
  })
})
