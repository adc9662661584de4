import { openStore } from '../../../../fixtures/orchestrator/index.ts'

/** A process that writes calls until it is killed; prints the number of each call once it is committed. */
const [path = '', writer = '', limit = '0'] = process.argv.slice(2)
const store = openStore(path, { batchSize: 1 })
for (let call = 1; Number(limit) === 0 || call <= Number(limit); call++) {
  store.recordCall({
    callId: `${writer}-${call}`,
    modelId: 'gpt-4o',
    sessionId: null,
    taskType: 'quick_qa',
    succeeded: true,
    inputTokens: 1,
    outputTokens: 1,
    costNanoDollars: 7,
    latencyMs: 1,
    at: call,
  })
  process.stdout.write(`${call}\n`)
}
store.close()
