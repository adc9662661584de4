import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { now } from './clock.ts'

/** What the machine did while we measured. Fields are absent where the platform does not tell. */
export interface OutsideLoad {
  /** Processors that this process kept busy, on average. */
  processorsUsed: number
  /** Share of the time in which the hypervisor gave our processors to others. */
  steal?: number
  /** Processors kept busy by the processes that this one started, and by theirs, on average. */
  descendantsUsed?: number
  /** Processors kept busy by all other processes, on average. */
  othersBusy?: number
  /** Load average of the last minute per processor, where nothing better is known. */
  loadPerProcessor: number
}

/** Jiffies of `/proc/stat`, 100 a second on every Linux that Node supports (USER_HZ). */
const JIFFIES_PER_SECOND = 100

/** Starts watching; the function returned tells what happened since. */
export function watchOutsideLoad(): () => OutsideLoad {
  const start = { at: now(), cpu: process.cpuUsage(), descendants: descendantJiffies(), machine: readMachine() }
  return () => {
    const loadPerProcessor = (loadavg()[0] ?? 0) / availableParallelism()
    const machine = readMachine()
    const seconds = (now() - start.at) / 1000
    const { user, system } = process.cpuUsage(start.cpu)
    const processorsUsed = seconds > 0 ? (user + system) / 1e6 / seconds : 0
    if (!machine || !start.machine || seconds <= 0) return { processorsUsed, loadPerProcessor }
    const busy = (machine.busy - start.machine.busy) / JIFFIES_PER_SECOND
    const total = machine.total - start.machine.total
    // Servers and processes that the benchmark starts are part of what it measures.
    const ours = Math.max(0, descendantJiffies() - start.descendants) / JIFFIES_PER_SECOND
    const descendantsUsed = ours / seconds
    return {
      ...(total > 0 && { steal: (machine.steal - start.machine.steal) / total }),
      processorsUsed,
      descendantsUsed,
      othersBusy: Math.max(0, busy / seconds - descendantsUsed - processorsUsed),
      loadPerProcessor,
    }
  }
}

/** Jiffies that the processes started from here have spent, ended ones included; 0 where the kernel does not tell. */
function descendantJiffies(): number {
  try {
    return jiffiesOf('self').ended + childrenOf('self').reduce((sum, child) => sum + jiffiesOfTree(child), 0)
  } catch {
    return 0
  }
}

function jiffiesOfTree(pid: string): number {
  try {
    const { own, ended } = jiffiesOf(pid)
    return own + ended + childrenOf(pid).reduce((sum, child) => sum + jiffiesOfTree(child), 0)
  } catch {
    // It has ended meanwhile, and its time went to its parent's.
    return 0
  }
}

/** Those started by any thread of the process that still run (proc(5), `/proc/PID/task/TID/children`). */
function childrenOf(pid: string): string[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(/\s+/).filter(Boolean),
  )
}

/**
 * User and system time of a process, and of its children that have ended: fields 14 to 17 of `/proc/PID/stat` (proc(5)); the name
 * in brackets may hold blanks.
 */
function jiffiesOf(pid: string): { own: number; ended: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number)
  return { own: user + system, ended: endedUser + endedSystem }
}

/** Jiffies since boot, summed over the processors; undefined where there is no `/proc/stat`. */
function readMachine(): { busy: number; steal: number; total: number } | undefined {
  let text: string
  try {
    text = readFileSync('/proc/stat', 'utf8')
  } catch {
    return undefined
  }
  const [user = 0, nice = 0, system = 0, idle = 0, ioWait = 0, irq = 0, softIrq = 0, steal = 0] = text
    .slice(0, text.indexOf('\n'))
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number)
  const busy = user + nice + system + irq + softIrq
  return { busy, steal, total: busy + idle + ioWait + steal }
}
