import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { requestKey } from '../../../fixtures/orchestrator/cache/request-key.ts'
import { createResponseCache } from '../../../fixtures/orchestrator/cache/response-cache.ts'

const maxEntries = 4
const maxBytes = 60
const ttlMs = 50
const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')

type Operation =
  | { type: 'set'; key: string; size: number }
  | { type: 'get'; key: string }
  | { type: 'delete'; key: string }
  | { type: 'wait'; ms: number }
  | { type: 'load'; key: string; size: number }
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ type: fc.constant('set' as const), key, size: fc.integer({ min: 1, max: 80 }) }),
  fc.record({ type: fc.constant('get' as const), key }),
  fc.record({ type: fc.constant('delete' as const), key }),
  fc.record({ type: fc.constant('wait' as const), ms: fc.nat(40) }),
  fc.record({ type: fc.constant('load' as const), key, size: fc.integer({ min: 1, max: 80 }) }),
)

/** The same cache, written plainly: a Map in order of use. */
function createModel() {
  const entries = new Map<string, { size: number; until: number }>()
  const bytes = () => [...entries.values()].reduce((sum, { size }) => sum + size, 0)
  return {
    entries,
    bytes,
    expire(now: number) {
      for (const [name, { until }] of entries) if (now > until) entries.delete(name)
    },
    get(name: string) {
      const found = entries.get(name)
      if (found) {
        entries.delete(name)
        entries.set(name, found)
      }
      return found?.size
    },
    set(name: string, size: number, now: number) {
      entries.delete(name)
      if (size > maxBytes) return
      while (entries.size >= maxEntries || bytes() + size > maxBytes) entries.delete(entries.keys().next().value!)
      entries.set(name, { size, until: now + ttlMs })
    },
  }
}

describe('the response cache', () => {
  test('does what a plain map in order of use would do, and keeps to its bounds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 60 }), async (operations) => {
        let now = 1
        const model = createModel()
        const cache = createResponseCache<{ size: number }>({
          maxEntries,
          maxBytes,
          ttlMs,
          sizeOf: (_key, { size }) => size,
          monotonic: () => now,
        })
        for (const step of operations) {
          model.expire(now)
          // lru-cache lets an expired entry count until it is looked at; the orchestrator asks for statistics the same way.
          cache.statistics()
          if (step.type === 'wait') now += step.ms
          else if (step.type === 'set') {
            model.set(step.key, step.size, now)
            cache.set(step.key, { size: step.size })
          } else if (step.type === 'get') expect(cache.get(step.key)?.size).toBe(model.get(step.key))
          else if (step.type === 'delete') expect(cache.delete(step.key)).toBe(model.entries.delete(step.key))
          else {
            const kept = model.get(step.key)
            const { value, outcome } = await cache.getOrLoad(step.key, async () => ({ size: step.size }))
            expect({ size: value.size, outcome }).toEqual(
              kept === undefined ? { size: step.size, outcome: 'miss' } : { size: kept, outcome: 'hit' },
            )
            if (kept === undefined) model.set(step.key, step.size, now)
          }
          model.expire(now)
          const { entries, bytes } = cache.statistics()
          expect({ entries, bytes }).toEqual({ entries: model.entries.size, bytes: model.bytes() })
          expect(entries).toBeLessThanOrEqual(maxEntries)
          expect(bytes).toBeLessThanOrEqual(maxBytes)
        }
      }),
      { seed: 4, numRuns: 200 },
    )
  })

  test('loads each key once, however many ask meanwhile, in whatever order the loads end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(key, { minLength: 1, maxLength: 20 }), async (scheduler, keys) => {
        const cache = createResponseCache<{ name: string }>({ sizeOf: () => 1 })
        const loads: string[] = []
        const load = scheduler.scheduleFunction(async (name: string) => ({ name }))
        const callers = keys.map((name) =>
          cache.getOrLoad(name, () => {
            loads.push(name)
            return load(name)
          }),
        )
        await scheduler.waitAll()
        expect((await Promise.all(callers)).map(({ value }) => value.name)).toEqual(keys)
        expect(loads.toSorted()).toEqual([...new Set(keys)].toSorted())
      }),
      { seed: 4, numRuns: 60 },
    )
  })

  test('requestKey() is the same for the same request, and only for it', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (left, right) => {
          const turned = Object.fromEntries(Object.entries(left).toReversed())
          expect(requestKey(turned)).toBe(requestKey(left))
          const same = JSON.stringify(sorted(left)) === JSON.stringify(sorted(right))
          expect(requestKey(left) === requestKey(right)).toBe(same)
        },
      ),
      { seed: 4 },
    )
  })
})

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1))
  return entries.map(([name, field]) => [name, sorted(field)])
}
