import { startSimulator } from '../../../fixtures/providers/start-simulator.ts'
import { describeProviderContract } from './provider-contract.ts'

describeProviderContract('a loopback server', async () => {
  const simulator = await startSimulator({ seed: 7 })
  return { ...simulator, origin: simulator.url, fetch, close: simulator.stop }
})
