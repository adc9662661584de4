import { setupServer } from 'msw/node'
import { createMswHandlers } from '../../../fixtures/providers/msw-carrier.ts'
import { createSimulatedProviders } from '../../../fixtures/providers/simulated-providers.ts'
import { describeProviderContract } from './provider-contract.ts'

describeProviderContract('msw', () => {
  const simulator = createSimulatedProviders({ seed: 7 })
  const origin = 'http://simulator.invalid'
  const server = setupServer(...createMswHandlers(simulator, [origin]))
  server.listen({ onUnhandledFrame: 'error' })
  return {
    ...simulator,
    origin,
    fetch: (input, init) => fetch(input, init),
    close() {
      simulator.close()
      server.close()
    },
  }
})
