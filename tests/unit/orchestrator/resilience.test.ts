import { CircuitState } from 'cockatiel'
import { describe, expect, test, vi } from 'vitest'
import { abortable } from '../../../fixtures/orchestrator/abortable.ts'
import { watchDeadlines } from '../../../fixtures/orchestrator/clients/deadlines.ts'
import { readRetryAfter } from '../../../fixtures/orchestrator/clients/retry-after.ts'
import { ProviderError, systemClock } from '../../../fixtures/orchestrator/index.ts'
import { createBulkhead } from '../../../fixtures/orchestrator/resilience/bulkhead.ts'
import { chooseOfTwo } from '../../../fixtures/orchestrator/resilience/choose-of-two.ts'
import { CooldownBreaker, defaultCooldown } from '../../../fixtures/orchestrator/resilience/cooldown-breaker.ts'
import { hedge } from '../../../fixtures/orchestrator/resilience/hedge.ts'
import { createPeakEwma } from '../../../fixtures/orchestrator/resilience/peak-ewma.ts'
import { createRateLimiter } from '../../../fixtures/orchestrator/resilience/rate-limiter.ts'
import { createRetryBudget } from '../../../fixtures/orchestrator/resilience/retry-budget.ts'
import { retryDelay } from '../../../fixtures/orchestrator/resilience/retry-delay.ts'
import { createRandom } from '../../../fixtures/providers/seeded-random.ts'
import { createManualClock } from './support/manual-clock.ts'

describe('readRetryAfter()', () => {
  const now = Date.UTC(2026, 0, 1)
  test.each([
    [{ 'retry-after': '2' }, 2_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after-ms': '150', 'retry-after': '2' }, 150],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:10 GMT' }, 10_000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '-1' }, null],
    [{ 'retry-after-ms': ' ' }, null],
    [{}, null],
  ])('%o is %s ms', (headers, expected) => {
    const read = readRetryAfter(new Headers(headers as Record<string, string>), now)
    // Date.parse takes "-1" for a year: whatever it makes of it lies in the past.
    expect(headers['retry-after' as keyof typeof headers] === '-1' ? read || null : read).toBe(expected)
  })
})

describe('retryDelay()', () => {
  const backoff = { initialMs: 100, maxMs: 1_000 }
  test('doubles up to its maximum, half of it by chance', () => {
    const low = [1, 2, 3, 4, 5, 6].map((attempt) => retryDelay(attempt, null, backoff, () => 0))
    const high = [1, 2, 3, 4, 5, 6].map((attempt) => retryDelay(attempt, null, backoff, () => 1))
    expect(low).toEqual([50, 100, 200, 400, 500, 500])
    expect(high).toEqual([100, 200, 400, 800, 1_000, 1_000])
  })

  test('is never shorter than the provider asks for', () => {
    expect(retryDelay(1, 3_000, backoff, () => 0)).toBe(3_000)
    expect(retryDelay(1, 3_000, backoff, () => 1)).toBe(3_050)
  })
})

describe('createRetryBudget()', () => {
  test('allows a burst, then a share of calls', () => {
    const budget = createRetryBudget({ ratio: 0.25, burst: 2 })
    expect([budget.withdraw(), budget.withdraw(), budget.withdraw()]).toEqual([true, true, false])
    for (let call = 0; call < 4; call++) budget.deposit()
    expect([budget.withdraw(), budget.withdraw()]).toEqual([true, false])
    for (let call = 0; call < 100; call++) budget.deposit()
    expect(budget.balance).toBe(2)
  })

  test('starts with ten', () => {
    expect(createRetryBudget().balance).toBe(10)
  })
})

describe('createRateLimiter()', () => {
  test('lets the minute’s requests through at once, the next when one has come free', async () => {
    const clock = createManualClock()
    const limiter = createRateLimiter({ requestsPerMinute: 60 }, clock)
    for (let request = 0; request < 60; request++) await limiter.acquire(1)
    let passed = false
    const next = limiter.acquire(1).then(() => (passed = true))
    await clock.advance(999)
    expect(passed).toBe(false)
    expect(limiter.waiting).toBe(1)
    await clock.advance(1)
    await next
    expect(limiter.waiting).toBe(0)
  })

  test('counts tokens too, and gives back what was reserved too much', async () => {
    const clock = createManualClock()
    const limiter = createRateLimiter({ tokensPerMinute: 600 }, clock)
    await limiter.acquire(500)
    const order: string[] = []
    const large = limiter.acquire(200).then(() => order.push('large'))
    const small = limiter.acquire(1).then(() => order.push('small'))
    await clock.advance(9_999)
    expect(order).toEqual([])
    limiter.settle(500, 100)
    await clock.advance(10)
    await Promise.all([large, small])
    expect(order).toEqual(['large', 'small'])
  })

  test('lets a request larger than the whole minute pass once the bucket is full, and stays in debt', async () => {
    const clock = createManualClock()
    const limiter = createRateLimiter({ tokensPerMinute: 60 }, clock)
    await limiter.acquire(120)
    let passed = false
    const next = limiter.acquire(1).then(() => (passed = true))
    await clock.advance(60_000)
    expect(passed).toBe(false)
    await clock.advance(1_000)
    await next
  })

  test('lets those go who give up, and those behind them pass', async () => {
    const clock = createManualClock()
    const limiter = createRateLimiter({ requestsPerMinute: 1 }, clock)
    await limiter.acquire(1)
    const controller = new AbortController()
    const first = limiter.acquire(1, controller.signal)
    const second = limiter.acquire(1)
    await clock.advance(1_000)
    controller.abort(new Error('enough'))
    await expect(first).rejects.toThrow('enough')
    await clock.advance(59_000)
    await second
    await expect(limiter.acquire(1, AbortSignal.abort(new Error('before')))).rejects.toThrow('before')
  })

  test('without limits everything passes', async () => {
    const limiter = createRateLimiter({}, createManualClock())
    expect(limiter.limited).toBe(false)
    await limiter.acquire(1e9, AbortSignal.abort())
    limiter.settle(1, 2)
  })
})

describe('createBulkhead()', () => {
  test('turns away what finds neither a place nor room to wait', async () => {
    const bulkhead = createBulkhead('openai', { concurrency: 1, queue: 1 })
    const { promise, resolve } = Promise.withResolvers<string>()
    const first = bulkhead.run(() => promise)
    const second = bulkhead.run(async () => 'second')
    expect(bulkhead).toMatchObject({ active: 1, waiting: 1 })
    await expect(bulkhead.run(async () => 'third')).rejects.toMatchObject({ kind: 'overloaded', endpoint: 'openai' })
    resolve('first')
    expect(await Promise.all([first, second])).toEqual(['first', 'second'])
  })

  test('lets those go who give up waiting, whose task then never runs', async () => {
    const bulkhead = createBulkhead('openai', { concurrency: 1, queue: 5 })
    const { promise, resolve } = Promise.withResolvers<void>()
    const first = bulkhead.run(() => promise)
    const controller = new AbortController()
    const task = vi.fn(async () => undefined)
    const second = bulkhead.run(task, controller.signal)
    controller.abort(new Error('enough'))
    await expect(second).rejects.toThrow('enough')
    resolve()
    await first
    expect(task).not.toHaveBeenCalled()
  })
})

describe('CooldownBreaker', () => {
  const rateLimited = new ProviderError({ kind: 'rate_limit', endpoint: 'x', message: 'slow down' })
  const broken = new ProviderError({ kind: 'server', endpoint: 'x', message: 'broken' })

  test('opens at once on what only waiting cures', () => {
    const breaker = new CooldownBreaker(defaultCooldown)
    breaker.noteFailure(broken)
    expect(breaker.failure(CircuitState.Closed)).toBe(false)
    breaker.noteFailure(rateLimited)
    expect(breaker.failure(CircuitState.Closed)).toBe(true)
    expect(breaker.failure(CircuitState.Closed)).toBe(false)
  })

  test('opens when more than half of at least five calls failed', () => {
    const outcomes = (pattern: string) => {
      const breaker = new CooldownBreaker(defaultCooldown)
      return [...pattern].map((letter) => {
        if (letter === '.') breaker.success(CircuitState.Closed)
        return letter === 'x' && breaker.failure(CircuitState.Closed)
      })
    }
    expect(outcomes('xxxxx').indexOf(true)).toBe(4)
    expect(outcomes('....xxxx').includes(true)).toBe(false)
    expect(outcomes('....xxxxx').indexOf(true)).toBe(8)
  })

  test('hands its state on', () => {
    const [from, to] = [new CooldownBreaker(defaultCooldown), new CooldownBreaker(defaultCooldown)]
    for (let call = 0; call < 4; call++) from.failure(CircuitState.Closed)
    to.state = from.state
    expect(to.failure(CircuitState.Closed)).toBe(true)
  })
})

describe('createPeakEwma()', () => {
  test('believes a peak at once and forgets it slowly', () => {
    const latency = createPeakEwma(10_000)
    latency.observe(10, 0)
    latency.observe(1_000, 0)
    expect(latency.cost(0, 0)).toBe(1_000)
    latency.observe(10, 10_000)
    expect(latency.cost(0, 10_000)).toBeCloseTo(1_000 / Math.E + 10 * (1 - 1 / Math.E), 6)
  })

  test('multiplies by the calls in flight, and costs nothing when unheard of', () => {
    const latency = createPeakEwma()
    expect(latency.cost(5, 0)).toBe(0)
    latency.observe(100, 0)
    expect(latency.cost(3, 0)).toBe(400)
    expect(latency.cost(0, 10_000)).toBeCloseTo(100 / Math.E, 6)
  })
})

describe('chooseOfTwo()', () => {
  test('takes the cheaper of two different entries', () => {
    const { next } = createRandom(3)
    const chosen = Array.from({ length: 300 }, () => chooseOfTwo([1, 2, 3], (value) => value, next))
    // The dearest of three is in the pair, but never wins.
    expect(chosen.filter((value) => value === 3)).toHaveLength(0)
    expect(chosen.filter((value) => value === 1).length).toBeGreaterThan(160)
    expect(chosen.filter((value) => value === 2).length).toBeGreaterThan(60)
  })

  test('has no choice with one entry, and none without', () => {
    expect(
      chooseOfTwo(
        ['only'],
        () => 1,
        () => 0.9,
      ),
    ).toBe('only')
    expect(() => chooseOfTwo([], () => 1, Math.random)).toThrow(RangeError)
  })
})

describe('hedge()', () => {
  test('asks no second when the first is quick', async () => {
    const second = vi.fn(async () => 'second')
    expect(await hedge(async () => 'first', second, 100, createManualClock())).toBe('first')
    expect(second).not.toHaveBeenCalled()
  })

  test('asks the second at once when the first fails', async () => {
    const failing = () => Promise.reject(new Error('no'))
    expect(await hedge(failing, async () => 'second', 100, createManualClock())).toBe('second')
    await expect(hedge(failing, () => Promise.reject(new Error('neither')), 100, createManualClock())).rejects.toThrow(
      'no',
    )
  })

  test('aborts the one that lost', async () => {
    const clock = createManualClock()
    let lost: AbortSignal | null = null
    const slow = (signal: AbortSignal) => {
      lost = signal
      return new Promise<string>(() => undefined)
    }
    const answer = hedge(slow, async () => 'second', 100, clock)
    await clock.advance(100)
    expect(await answer).toBe('second')
    expect(lost!.aborted).toBe(true)
  })

  test('aborts both when the caller gives up', async () => {
    const controller = new AbortController()
    const pending = (signal: AbortSignal) =>
      new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const answer = hedge(pending, pending, 100, createManualClock(), controller.signal)
    controller.abort(new Error('enough'))
    await expect(answer).rejects.toThrow('enough')
    await expect(
      hedge(pending, pending, 1, createManualClock(), AbortSignal.abort(new Error('before'))),
    ).rejects.toThrow('before')
  })
})

describe('watchDeadlines()', () => {
  test('names the step that took too long', () => {
    vi.useFakeTimers()
    try {
      const watch = watchDeadlines('here', { connectMs: 10, firstTokenMs: 50, totalMs: 100 })
      watch.headersArrived()
      vi.advanceTimersByTime(49)
      expect(watch.signal.aborted).toBe(false)
      watch.firstTokenArrived()
      vi.advanceTimersByTime(51)
      expect(watch.signal.reason).toMatchObject({
        kind: 'timeout',
        message: 'here: no complete answer within 100 ms (timeout)',
      })
      watch.stop()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  test('leaves no timer behind, and needs none for what may take for ever', () => {
    vi.useFakeTimers()
    try {
      const watch = watchDeadlines('here', { connectMs: 10, totalMs: Number.POSITIVE_INFINITY })
      expect(vi.getTimerCount()).toBe(1)
      watch.stop()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  test('hands on that the caller gave up, before or after', () => {
    const controller = new AbortController()
    const watch = watchDeadlines('here', { totalMs: 1_000 }, controller.signal)
    controller.abort('enough')
    expect(watch.signal.reason).toBe('enough')
    watch.stop()
    const late = watchDeadlines('here', { totalMs: 1_000 }, controller.signal)
    expect(late.signal.aborted).toBe(true)
    late.stop()
  })
})

describe('systemClock and abortable()', () => {
  test('a sleep is never cut short, by either clock', async () => {
    const missing = await Promise.all(
      Array.from({ length: 300 }, async (_, index) => {
        // Starts at odd moments, also late in a turn of the event loop.
        await new Promise((resolve) => setTimeout(resolve, index % 20))
        for (const until = performance.now() + (index % 7) / 10; performance.now() < until; );
        const asked = 1 + (index % 3) * 0.75
        const [now, monotonic] = [systemClock.now(), systemClock.monotonic()]
        await systemClock.sleep(asked)
        return Math.min(systemClock.now() - now, systemClock.monotonic() - monotonic) - asked
      }),
    )
    expect(Math.min(...missing)).toBeGreaterThanOrEqual(0)
  })

  test('sleep ends early when the sleeper is woken', async () => {
    const controller = new AbortController()
    const sleep = systemClock.sleep(60_000, controller.signal)
    controller.abort(new Error('wake up'))
    await expect(sleep).rejects.toThrow('wake up')
    await expect(systemClock.sleep(1, AbortSignal.abort(new Error('before')))).rejects.toThrow('before')
    await systemClock.sleep(1)
    await systemClock.sleep(1, new AbortController().signal)
    expect(systemClock.now()).toBeGreaterThan(1.7e12)
    expect(systemClock.monotonic()).toBeGreaterThan(0)
  })

  test('abortable() waits no longer than its signal', async () => {
    expect(await abortable(Promise.resolve(1), undefined)).toBe(1)
    expect(await abortable(Promise.resolve(1), new AbortController().signal)).toBe(1)
    await expect(abortable(new Promise(() => undefined), AbortSignal.abort(new Error('before')))).rejects.toThrow(
      'before',
    )
  })
})
