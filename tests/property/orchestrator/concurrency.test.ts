import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countVotes, createOrchestrator, type Vote } from '../../../fixtures/orchestrator/index.ts'
import { createBulkhead } from '../../../fixtures/orchestrator/resilience/bulkhead.ts'
import { createRateLimiter } from '../../../fixtures/orchestrator/resilience/rate-limiter.ts'
import { retryDelay } from '../../../fixtures/orchestrator/resilience/retry-delay.ts'
import { createSkippingClock } from '../../unit/orchestrator/support/manual-clock.ts'
import { json, openAiAnswer, openAiError, scriptedFetch } from '../../unit/orchestrator/support/scripted-fetch.ts'

const settings = { seed: 4, numRuns: 100 }

describe('the bulkhead', () => {
  test('has never more than n at work, keeps their order, and one failure stays alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.boolean(), { maxLength: 20 }),
        async (scheduler, concurrency, failing) => {
          const bulkhead = createBulkhead('p', { concurrency, queue: 100 })
          const began: number[] = []
          let active = 0
          let most = 0
          const tasks = failing.map((fails, index) =>
            bulkhead.run(async () => {
              began.push(index)
              most = Math.max(most, ++active)
              await scheduler.schedule(Promise.resolve())
              active--
              if (fails) throw new Error(`task ${index}`)
              return index
            }),
          )
          const settled = Promise.allSettled(tasks)
          await scheduler.waitFor(settled)
          expect(most).toBeLessThanOrEqual(concurrency)
          expect(began).toEqual(failing.map((_, index) => index))
          const outcomes = (await settled).map(({ status }) => status === 'rejected')
          expect(outcomes).toEqual(failing)
        },
      ),
      settings,
    )
  })
})

describe('the rate limiter', () => {
  test('keeps every window of a minute within burst and rate, in the order of arrival', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 60 }),
        async (perMinute, requests) => {
          const clock = createSkippingClock()
          const limiter = createRateLimiter({ requestsPerMinute: perMinute }, clock)
          const passed: { request: number; at: number }[] = []
          await Promise.all(
            Array.from({ length: requests }, async (_, request) => {
              await limiter.acquire(1)
              passed.push({ request, at: clock.monotonic() })
            }),
          )
          expect(passed.map(({ request }) => request)).toEqual(
            Array.from({ length: requests }, (_, request) => request),
          )
          for (const { at } of passed) {
            // A bucket that was full may be emptied at once, and refills meanwhile.
            const within = passed.filter((other) => other.at >= at && other.at < at + 60_000).length
            expect(within).toBeLessThanOrEqual(2 * perMinute)
          }
          expect(passed.at(-1)!.at).toBeGreaterThanOrEqual(((requests - perMinute) / perMinute) * 60_000 - 1)
        },
      ),
      { ...settings, numRuns: 50 },
    )
  })
})

describe('retries', () => {
  test('are bounded in number and time, and wait as long as they are asked to', async () => {
    const failure = fc.record({
      status: fc.constantFrom(408, 409, 500, 502, 503, 504),
      waitS: fc.option(fc.integer({ min: 0, max: 15 })),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(failure, { minLength: 1, maxLength: 6 }),
        fc.nat(4),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        async (failures, retries, luck) => {
          const script = failures.map(({ status, waitS }) =>
            openAiError(status, null, 'x', waitS === null ? {} : { 'retry-after': String(waitS) }),
          )
          const { fetch, requests } = scriptedFetch(...script, json(openAiAnswer()))
          const clock = createSkippingClock()
          const orchestrator = createOrchestrator({
            endpoints: { openai: { id: 'openai', baseUrl: 'http://127.0.0.1:1' } },
            fetch,
            clock,
            random: () => luck,
            cooldown: { cooldownMs: 0, minimumCalls: 1_000 },
            callDeadlineMs: 30_000,
            retry: { maxWaitMs: 10_000 },
          })
          await orchestrator
            .callModel({ modelId: 'gpt-4o', messages: [{ role: 'user', content: 'x' }], retries })
            .catch(() => undefined)
          expect(requests.length).toBeLessThanOrEqual(retries + 1)
          expect(clock.monotonic()).toBeLessThan(30_000)
          expect(clock.slept).toHaveLength(requests.length - 1)
          for (const [index, slept] of clock.slept.entries()) {
            expect(slept).toBeGreaterThanOrEqual((failures[index]!.waitS ?? 0) * 1_000)
            expect(slept).toBeLessThanOrEqual(10_000)
          }
        },
      ),
      settings,
    )
  })

  test('retryDelay() stays between half its step and the step', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 1, max: 60_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, initialMs, maxMs, luck) => {
          const step = Math.min(maxMs, initialMs * 2 ** (attempt - 1))
          const delay = retryDelay(attempt, null, { initialMs, maxMs }, () => luck)
          expect(delay).toBeGreaterThanOrEqual(step / 2)
          expect(delay).toBeLessThanOrEqual(step)
        },
      ),
      settings,
    )
  })
})

describe('consensus', () => {
  const vote = fc.record({
    agent: fc.string(),
    choice: fc.option(fc.constantFrom('a', 'b', 'c')),
    weight: fc.double({ min: 0, max: 1e6, noNaN: true }),
  })
  const outcome = (votes: readonly Vote[], moreThan: number) => {
    const { abstained: _, ...count } = countVotes(votes, moreThan)
    return count
  }

  test('does not depend on the order of the votes', () => {
    fc.assert(
      fc.property(
        fc
          .array(vote, { maxLength: 12 })
          .chain((votes) => fc.tuple(fc.constant(votes), fc.shuffledSubarray(votes, { minLength: votes.length }))),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        ([votes, shuffled], moreThan) => {
          expect(outcome(shuffled, moreThan)).toEqual(outcome(votes, moreThan))
        },
      ),
      settings,
    )
  })

  test('a unanimous vote decides, a tie does not, and a winner leads alone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(vote, { maxLength: 12 }), (size, votes) => {
        const all = (choice: string) =>
          Array.from({ length: size }, (_, index) => ({ agent: `${choice}${index}`, choice, weight: 1 }))
        expect(countVotes(all('a')).decision).toBe('a')
        expect(countVotes([...all('a'), ...all('b')], 0)).toMatchObject({ decision: null, leading: ['a', 'b'] })
        const { decision, leading, weights } = countVotes(votes, 0)
        if (decision !== null) {
          expect(leading).toEqual([decision])
          expect(weights.filter(({ weight }) => weight >= weights[0]!.weight)).toHaveLength(1)
        }
      }),
      settings,
    )
  })
})
