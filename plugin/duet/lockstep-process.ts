import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { type BirpcReturn, createBirpc } from 'birpc'
import { lockstepChannel } from './lockstep-channel.ts'
import type { LockstepLaneCalls } from './lockstep-lane.ts'
import { type LockstepTable, type LockstepWorker, lockstepVariable } from './lockstep-protocol.ts'
import { moduleHere } from './open-duet.ts'

export interface LockstepProcess extends LockstepLaneCalls {
  /** Ends it with all that it started, at once; pending calls reject with the reason. */
  kill(why: string): void
}

export interface ProcessStart {
  /** Where it is listened to for the version's workers: a path of a socket. */
  address: string
  /** Goes before the command. */
  prefix: readonly string[]
  cwd: string
  env: NodeJS.ProcessEnv
}

/** The end of what a process wrote: the reason why it ended. */
const kept = 2000

/**
 * Starts the process of a version.
 * @param join takes in each of the workers that it starts
 */
export async function startLockstepProcess(
  { address, prefix, cwd, env }: ProcessStart,
  join: (worker: LockstepWorker) => LockstepTable,
): Promise<LockstepProcess> {
  const server = createServer((socket) => {
    // Who connects belongs to the file that is being run.
    const rpc: BirpcReturn<LockstepWorker, LockstepTable> = createBirpc<LockstepWorker, LockstepTable>(
      { arrive: (arrival) => table.arrive(arrival) },
      { ...lockstepChannel(socket), timeout: -1 },
    )
    const table = join(rpc)
    const lost = () => rpc.$close(new Error('its worker ended'))
    socket.on('close', lost).on('error', lost)
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(address, resolve))
  const [command, ...args] = [...prefix, process.execPath, moduleHere('lockstep-lane')]
  const child = spawn(command!, args, {
    cwd,
    env: { ...env, [lockstepVariable]: address },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // JSON would lose errors.
    serialization: 'advanced',
    // A group of its own, to be ended with its workers.
    detached: process.platform !== 'win32',
  })
  let written = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk: Buffer) => {
      written = (written + chunk).slice(-kept)
    })
  }
  const rpc = createBirpc<LockstepLaneCalls, object>(
    {},
    {
      post: (message) => void child.send(message, () => {}),
      on: (listener) => void child.on('message', listener),
      timeout: -1,
    },
  )
  const ended = (why: string) => {
    server.close()
    if (!rpc.$closed) rpc.$close(new Error(why))
  }
  child.once('error', (error) => ended(`its process cannot be started: ${error.message}`))
  child.once('exit', (code, signal) => {
    const last = written.trim()
    ended(`its process ended (${signal ?? code})${last === '' ? '' : `:\n${last}`}`)
  })
  return {
    open: (...given) => rpc.open(...given),
    select: (...given) => rpc.select(...given),
    run: (...given) => rpc.run(...given),
    kill(why) {
      ended(why)
      killGroup(child)
    },
  }
}

function killGroup(child: ChildProcess): void {
  try {
    if (process.platform === 'win32') child.kill('SIGKILL')
    else process.kill(-child.pid!, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}
