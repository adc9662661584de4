import { createSimulatorFetch } from '../../../fixtures/providers/fetch-carrier.ts'
import { createSimulatedProviders } from '../../../fixtures/providers/simulated-providers.ts'
import { describeProviderContract } from './provider-contract.ts'

describeProviderContract('an in-memory fetch', () => {
  const simulator = createSimulatedProviders({ seed: 7 })
  return { ...simulator, origin: 'http://simulator.invalid', fetch: createSimulatorFetch(simulator) }
})
