import { connectGateway } from '../../fixtures/system/connect-gateway.ts'
import type { SystemRequest, SystemUnderTest } from '../../fixtures/system/index.ts'
import { failover, failures } from '../../fixtures/workload.ts'

/** Where the gateway and the simulated providers are; `start-gateway.ts` puts it into the environment. */
const { gatewayUrl, simulatorUrl, refusedUrl } = JSON.parse(process.env.MEASURED_GATEWAY!) as {
  gatewayUrl: string
  simulatorUrl: string
  refusedUrl: string
}
const apiKey = 'gateway'
/** The gateway speaks to one provider here: models of others are stood in for by one of its. */
const models: Record<string, string> = { 'mistral:7b': 'gpt-4o-mini', 'claude-haiku-4-5': 'gpt-4o-mini' }

/** Through the gateway, with what it is told by headers. */
function connect(headers: Record<string, string>): Required<Pick<SystemUnderTest, 'callModel' | 'streamModel'>> {
  const { callModel, streamModel } = connectGateway({
    kind: 'gateway',
    api: 'openai',
    url: `${gatewayUrl}/v1`,
    headers,
    models,
    model: null,
  })
  return { callModel, streamModel: streamModel! }
}

const plain = connect({
  authorization: `Bearer ${apiKey}`,
  'x-llmops-provider': 'openai',
  'x-llmops-custom-host': `${simulatorUrl}/v1`,
})
let firstHost = simulatorUrl
let patienceMs: number = failover.patient.deadlines.totalMs

/** The gateway's own fallback: it asks the models one after the other until one answers. */
function withFallbacks({ modelId, fallbacks = [] }: SystemRequest) {
  const targets = [modelId, ...fallbacks].map((id, index) => ({
    provider: 'openai',
    api_key: apiKey,
    custom_host: `${index === 0 ? firstHost : simulatorUrl}/v1`,
    override_params: { model: models[id] ?? id },
    request_timeout: patienceMs,
  }))
  return connect({ 'x-llmops-config': JSON.stringify({ strategy: { mode: 'fallback' }, targets }) })
}

const routeFor = (request: SystemRequest) => (request.fallbacks?.length ? withFallbacks(request) : plain)

export default {
  callModel: (request) => routeFor(request).callModel(request),
  streamModel: (request) => routeFor(request).streamModel(request),
  async failModel(modelId, failure) {
    const known = Object.entries(failures).find(([name]) => name === failure)
    if (!known) return false
    const { fail, kind } = known[1]
    patienceMs = (kind === 'timeout' ? failover.impatient : failover.patient).deadlines.totalMs
    firstHost = failure === 'refused' ? refusedUrl : simulatorUrl
    const behaviour = { failures: [{ provider: 'openai', model: modelId, rate: 1, fail }] }
    const response = await fetch(`${simulatorUrl}/simulator/keys/${apiKey}`, {
      method: 'PUT',
      body: JSON.stringify(behaviour),
    })
    return response.ok
  },
} satisfies SystemUnderTest
