import { connect } from 'node:net'
import { createBirpc } from 'birpc'
import type { BenchmarkGroup, BenchmarkProvider, RunnerTask } from 'vitest'
import { watchAbort } from '../measure/abort-watch.ts'
import { registerMatchers } from '../measure/matchers.ts'
import { trainLoopsOnce } from '../measure/rounds.ts'
import { defaultMeasureOptions, type MeasureOptions, type RunOptions } from '../measure/settings.ts'
import { hideFromReporters } from './hide-from-reporters.ts'
import { factsOf, localPlayer, type Party } from './local-player.ts'
import { lockstepChannel } from './lockstep-channel.ts'
import {
  type LockstepArrival,
  type LockstepOutcome,
  type LockstepTable,
  type LockstepWorker,
  lockstepOptionsVariable,
  lockstepVariable,
} from './lockstep-protocol.ts'
import { errorText } from './measure-casts.ts'
import { partiesOf, resultsOf } from './parties.ts'
import type { Player } from './player.ts'
import { testPaths } from './test-paths.ts'

export type * from '../measure/bench-options.ts'

registerMatchers()

/** What can be asked to act, by arrival. */
const playing = new Map<number, (benchmark: string) => Player | undefined>()
const calls = new WeakMap<object, number>()
let arrivals = 0
let table: LockstepTable | undefined

const worker: LockstepWorker = {
  async act(arrival, benchmark, act, args) {
    try {
      const player = playing.get(arrival)?.(benchmark)
      if (player === undefined) throw new Error(`"${benchmark}" is no longer measured here`)
      return { value: await (player[act] as (...args: unknown[]) => Promise<unknown>)(...args) }
    } catch (error) {
      return { error: errorText(error) }
    }
  },
}

/**
 * The benchmark provider of a version in a process of its own: takes its calls to the referee, who tells it when it is its
 * turn. It imports nothing of Vitest at run time: the version may have a Vitest of its own.
 */
const provider: BenchmarkProvider = {
  async run(group) {
    table ??= sitDown()
    // Else the loop would know no function but the first benchmark's, and V8 would compile both into one.
    await trainLoopsOnce()
    const { test } = group
    const call = calls.get(test) ?? 0
    calls.set(test, call + 1)
    const id = arrivals++
    const abort = watchAbort([test.context.signal, (group.options as RunOptions | undefined)?.signal], () => {})
    const known = readParties(group)
    if ('parties' in known) {
      const players = new Map(
        [...known.parties].map(([name, party]) => [
          name,
          endingWith(
            abort,
            localPlayer(party, () => abort.aborted),
          ),
        ]),
      )
      playing.set(id, (name) => players.get(name))
    }
    try {
      const arrival = arrivalOf(group, { id, call, known })
      const { records, error }: LockstepOutcome = await Promise.race([table.arrive(arrival), abort.rejection])
      test.meta.verdictDuet = [...(test.meta.verdictDuet ?? []), ...records]
      if ('error' in known) throw known.error
      const failed = [...known.parties.values()].find(({ subject }) => subject.error !== undefined)
      if (failed !== undefined) throw failed.subject.error
      if (error !== undefined) throw new Error(error)
      return resultsOf(known.parties, group)
    } finally {
      abort.stop()
      playing.delete(id)
    }
  },
}

export default provider

function sitDown(): LockstepTable {
  const address = process.env[lockstepVariable]
  if (address === undefined) throw new Error('The lock-step provider is set by "vitest-verdict against" alone')
  const { __vitest_worker__: vitest } = globalThis as { __vitest_worker__?: { rpc: Record<string, unknown> } }
  // Both versions would write their results to disk, the head into the user's working tree.
  if (vitest !== undefined) hideFromReporters(vitest, [])
  const socket = connect(address)
  const rpc = createBirpc<LockstepTable, LockstepWorker>(worker, { ...lockstepChannel(socket), timeout: -1 })
  const lost = () => rpc.$close(new Error('The process that shares out the turns is gone'))
  socket.on('close', lost).on('error', lost).unref()
  return rpc
}

type Known = { parties: Map<string, Party> } | { error: unknown }

function readParties(group: BenchmarkGroup): Known {
  const given = process.env[lockstepOptionsVariable]
  const options: MeasureOptions = given === undefined ? defaultMeasureOptions : JSON.parse(given)
  try {
    // Its own process does not ask which lane it is.
    return { parties: partiesOf('head', group, options) }
  } catch (error) {
    return { error }
  }
}

function arrivalOf(
  { test }: BenchmarkGroup,
  { id, call, known }: { id: number; call: number; known: Known },
): LockstepArrival {
  const paths = testPaths(test.file)
  const comesYet = (task: RunnerTask) =>
    task === test || (task.type === 'test' && ['run', 'queued'].includes(task.mode) && !isOver(task))
  return {
    id,
    point: { test: paths.get(test) ?? test.fullTestName, call },
    test: test.fullTestName,
    remaining: [...paths].filter(([task]) => comesYet(task)).map(([, path]) => path),
    players: 'parties' in known ? [...known.parties.values()].map(({ subject }) => factsOf(subject)) : [],
    ...('error' in known && { error: errorText(known.error) }),
  }
}

function isOver({ result }: RunnerTask): boolean {
  return result !== undefined && result.state !== 'run' && result.state !== 'queued'
}

/** What the test gave up must not keep the referee waiting. */
function endingWith(abort: { rejection: Promise<never> }, player: Player): Player {
  return new Proxy(player, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => Promise.race([value.apply(target, args), abort.rejection])
    },
  })
}
