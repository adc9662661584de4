import type { Lane } from './lane.ts'

/** One call of the benchmark provider, the same in every version that has it. */
export interface MeetingPoint {
  /** Path of the test within its file. */
  test: string
  /** Number of the call within the test, from 0. */
  call: number
}

/** Measures what the lanes brought, and gives each its result or the error it is to throw. */
export type Measure<Payload, Result> = (
  point: MeetingPoint,
  brought: ReadonlyMap<Lane, Payload>,
) => Promise<ReadonlyMap<Lane, { result: Result } | { error: unknown }>>

interface Waiting<Payload, Result> {
  lane: Lane
  point: MeetingPoint
  payload: Payload
  measure: Measure<Payload, Result>
  settle: PromiseWithResolvers<Result>
}

/** Where lanes that run side by side meet to be measured together. */
export interface Rendezvous<Payload, Result> {
  /** Says which tests a lane is going to run. */
  plan(lane: Lane, tests: Iterable<string>): void
  testEnded(lane: Lane, test: string): void
  laneEnded(lane: Lane): void
  /** Waits until nothing moves in any lane, then until it has been measured. */
  arrive(lane: Lane, point: MeetingPoint, payload: Payload, measure: Measure<Payload, Result>): Promise<Result>
}

/**
 * Lets lanes meet. It measures only while every lane either waits here or has ended: what one lane does between two
 * benchmarks (hooks, fixtures) must not disturb the figures of the others. So it also notices when nobody else can come,
 * with no clock: of what waits then, a meeting that nobody is missing from goes first, then the head's, then any.
 */
export function createRendezvous<Payload, Result>(lanes: readonly Lane[]): Rendezvous<Payload, Result> {
  const expected = new Map<Lane, Set<string>>(lanes.map((lane) => [lane, new Set()]))
  let waiting: Waiting<Payload, Result>[] = []
  let measuring = false

  const comesYet = (lane: Lane, point: MeetingPoint) => expected.get(lane)?.has(point.test) ?? false
  const isComplete = ({ point }: Waiting<Payload, Result>) =>
    [...expected.keys()].every((lane) => isAt(lane, point) || !comesYet(lane, point))
  const isAt = (lane: Lane, point: MeetingPoint) =>
    waiting.some((call) => call.lane === lane && samePoint(call.point, point))

  const proceed = async () => {
    if (measuring || waiting.length === 0) return
    if ([...expected.keys()].some((lane) => !waiting.some((call) => call.lane === lane))) return
    const next = waiting.find(isComplete) ?? waiting.find(({ lane }) => lane === 'head') ?? waiting[0]!
    const here = waiting.filter(({ point }) => samePoint(point, next.point))
    waiting = waiting.filter((call) => !here.includes(call))
    measuring = true
    try {
      const results = await next.measure(next.point, new Map(here.map(({ lane, payload }) => [lane, payload])))
      for (const { lane, settle } of here) {
        const outcome = results.get(lane) ?? { error: new Error(`Nothing was measured for the lane "${lane}"`) }
        if ('error' in outcome) settle.reject(outcome.error)
        else settle.resolve(outcome.result)
      }
    } catch (error) {
      for (const { settle } of here) settle.reject(error)
    } finally {
      measuring = false
    }
    // What was let go moves on now, and calls again by itself.
    void proceed()
  }

  return {
    plan: (lane, tests) => void expected.set(lane, new Set(tests)),
    testEnded: (lane, test) => void expected.get(lane)?.delete(test),
    laneEnded(lane) {
      expected.delete(lane)
      void proceed()
    },
    arrive(lane, point, payload, measure) {
      const settle = Promise.withResolvers<Result>()
      waiting.push({ lane, point, payload, measure, settle })
      void proceed()
      return settle.promise
    },
  }
}

function samePoint(a: MeetingPoint, b: MeetingPoint): boolean {
  return a.test === b.test && a.call === b.call
}
