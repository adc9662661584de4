import type { Command } from 'commander'
import { type SimulateOptions, simulate } from '../../fixtures/providers/simulate-command.ts'
import { InputError } from '../store/input-error.ts'

/** Registers `vitest-verdict simulate`: the simulated providers on 127.0.0.1 for any client or gateway. */
export function registerSimulate(program: Command): void {
  program
    .command('simulate')
    .description('serve simulated OpenAI, Anthropic and Ollama providers on 127.0.0.1 until SIGTERM')
    .option('--port <n>', 'port to listen on; a free one when absent')
    .option('--seed <n>', 'seed of everything random, so that a run repeats exactly')
    .option('--scenario <file>', 'models, capacities, limits and failures, as JSON')
    .action(async (options: SimulateOptions) => {
      await simulate(options, process).catch((cause: Error) => {
        throw new InputError(cause.message, { cause })
      })
    })
}
