import { readFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { now } from './clock.ts'

/** What the machine did beside us. Fields are absent where the platform does not tell. */
export interface OutsideLoad {
  /** Share of the time in which the hypervisor gave our processors to others. */
  steal?: number
  /** Processors kept busy by other processes, on average. */
  othersBusy?: number
  /** Load average of the last minute per processor, where nothing better is known. */
  loadPerProcessor: number
}

/** Jiffies of `/proc/stat`, 100 a second on every Linux that Node supports (USER_HZ). */
const JIFFIES_PER_SECOND = 100

/** Starts watching; the function returned tells what happened since. */
export function watchOutsideLoad(): () => OutsideLoad {
  const start = { at: now(), cpu: process.cpuUsage(), children: childrenJiffies(), machine: readMachine() }
  return () => {
    const loadPerProcessor = (loadavg()[0] ?? 0) / availableParallelism()
    const machine = readMachine()
    const seconds = (now() - start.at) / 1000
    if (!machine || !start.machine || seconds <= 0) return { loadPerProcessor }
    const { user, system } = process.cpuUsage(start.cpu)
    const busy = (machine.busy - start.machine.busy) / JIFFIES_PER_SECOND
    const total = machine.total - start.machine.total
    // A server that the benchmark started is part of what it measures.
    const ours = Math.max(0, childrenJiffies() - start.children) / JIFFIES_PER_SECOND
    return {
      ...(total > 0 && { steal: (machine.steal - start.machine.steal) / total }),
      othersBusy: Math.max(0, (busy - ours - (user + system) / 1e6) / seconds),
      loadPerProcessor,
    }
  }
}

/** Jiffies spent by the processes that this one has started and that still run; 0 where the kernel does not tell. */
function childrenJiffies(): number {
  try {
    const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean)
    return children.reduce((sum, pid) => sum + jiffiesOf(readFileSync(`/proc/${pid}/stat`, 'utf8')), 0)
  } catch {
    return 0
  }
}

/** User and system time of a `/proc/PID/stat`, fields 14 and 15 (proc(5)); the name in brackets may hold blanks. */
function jiffiesOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0)
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
