/** The packaged suite on a gateway of one's own; a simulated provider stands in for it here. */
import { startSimulator } from '../fixtures/providers/start-simulator.ts'
import { vitestVerdict } from './vitest-verdict.ts'

await using gateway = await startSimulator()
const target = { url: `${gateway.url}/v1`, headers: { authorization: 'Bearer a-key-of-the-gateway' } }
process.exitCode = await vitestVerdict(
  'bench',
  '--suite',
  '--target',
  JSON.stringify(target),
  'concurrent',
  '-t',
  '^1 at once',
)
