import type { RequestRecord } from '../../../fixtures/providers/request-record.ts'
import { serveSimulator } from '../../../fixtures/providers/serve-simulator.ts'
import { describeProviderContract } from './provider-contract.ts'

describeProviderContract('a server in this process', async () => {
  const server = await serveSimulator({ seed: 7 })
  const control = (method: string, path: string, body?: unknown) =>
    fetch(`${server.url}/simulator/keys/${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) })
  return {
    origin: server.url,
    fetch,
    async configure(key, behaviour) {
      await control('PUT', key, behaviour)
    },
    async extend(key, behaviour) {
      await control('PATCH', key, behaviour)
    },
    async requests(key) {
      const answer = await control('GET', `${key}/requests`)
      return ((await answer.json()) as { requests: RequestRecord[] }).requests
    },
    async reset(key) {
      await control('DELETE', key)
    },
    close: server.stop,
  }
})
