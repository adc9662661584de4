import nock from 'nock'
import { interceptWithNock } from '../../../fixtures/providers/nock-carrier.ts'
import { createSimulatedProviders } from '../../../fixtures/providers/simulated-providers.ts'
import { describeProviderContract } from './provider-contract.ts'

describeProviderContract('nock', () => {
  const simulator = createSimulatedProviders({ seed: 7 })
  const origin = 'http://simulator.invalid'
  nock.disableNetConnect()
  const stopIntercepting = interceptWithNock(simulator, [origin])
  return {
    ...simulator,
    origin,
    fetch: (input, init) => fetch(input, init),
    close() {
      simulator.close()
      stopIntercepting()
      nock.restore()
    },
  }
})
