import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type CallRecord,
  createModelRegistry,
  type OrchestratorStore,
  openStore,
} from '../../../fixtures/orchestrator/index.ts'

const models = createModelRegistry().list().slice(0, 3)
const operation = fc.oneof(
  fc.record({
    type: fc.constant('call' as const),
    model: fc.nat(2),
    cost: fc.nat(1e9),
    session: fc.option(fc.constantFrom('s', 't')),
  }),
  fc.record({ type: fc.constantFrom('set' as const, 'remove' as const), model: fc.nat(2) }),
  fc.constant({ type: 'restart' as const }),
  fc.constant({ type: 'flush' as const }),
)

describe('the store', () => {
  test('holds after any sequence of operations, with restarts anywhere, what a plain list would hold', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'store-'))
    let file = 0
    try {
      fc.assert(
        fc.property(fc.array(operation, { maxLength: 30 }), fc.integer({ min: 1, max: 8 }), (operations, batchSize) => {
          const path = join(directory, `${file++}.db`)
          let store: OrchestratorStore = openStore(path, { batchSize, batchMs: 60_000 })
          const calls: CallRecord[] = []
          const changes = new Map<string, 'set' | 'remove'>()
          for (const [at, step] of operations.entries()) {
            if (step.type === 'restart') {
              store.close()
              store = openStore(path, { batchSize, batchMs: 60_000 })
            } else if (step.type === 'flush') store.flush()
            else if (step.type === 'call') {
              const call = {
                callId: `c${at}`,
                modelId: models[step.model]!.id,
                sessionId: step.session,
                taskType: null,
                succeeded: true,
                inputTokens: at,
                outputTokens: 1,
                costNanoDollars: step.cost,
                latencyMs: 1.5,
                at,
              }
              calls.push(call)
              store.recordCall(call)
            } else {
              const model = models[step.model]!
              changes.set(model.id, step.type)
              store.saveChange(step.type === 'set' ? { type: 'set', model } : { type: 'remove', modelId: model.id }, at)
            }
          }
          expect(store.calls()).toEqual(calls.toReversed())
          for (const sessionId of ['s', 't']) {
            const theirs = calls.filter((call) => call.sessionId === sessionId)
            expect(store.totals({ sessionId })).toMatchObject({
              calls: theirs.length,
              costNanoDollars: theirs.reduce((sum, call) => sum + call.costNanoDollars, 0),
            })
          }
          const kept = store
            .changes()
            .map((change) => [change.type === 'set' ? change.model.id : change.modelId, change.type])
          expect(Object.fromEntries(kept)).toEqual(Object.fromEntries(changes))
          store.close()
        }),
        { seed: 4, numRuns: 25 },
      )
    } finally {
      await rm(directory, { recursive: true })
    }
  })
})
