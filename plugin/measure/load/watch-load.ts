import type { Probes } from '../../run/measurement.ts'
import { now } from '../clock.ts'
import { watchAllocation } from '../probes/allocation.ts'
import { MemoryLevels, watchEventLoop } from '../probes/probe-pass.ts'
import type { ProbesWanted } from '../probes/probe-subject.ts'
import { watchResources } from './resource-series.ts'

/** Distance of two looks at memory and CPU under load, ms: 10 µs of work each. */
const LOOK_EVERY_MS = 100

const setEarlyInterval = setInterval
const clearEarlyInterval = clearInterval

/**
 * Watches the process while load runs. Under load the probes see what matters only if they look at the same time; one look
 * every 100 ms costs 0.01 % of a core.
 */
export function watchLoad(wanted: ProbesWanted) {
  const memory = wanted.memory ? new MemoryLevels() : undefined
  const allocation = wanted.memory ? watchAllocation() : undefined
  const loop = wanted.cpu ? watchEventLoop() : undefined
  const resources = wanted.cpu ? watchResources() : undefined
  const startedAt = now()
  const cpuStart = process.cpuUsage()
  let last = { at: startedAt, cpu: cpuStart }
  let peakPercentOfCore = 0
  const look = () => {
    memory?.look()
    if (!resources) return
    const at = now()
    const cpu = process.cpuUsage()
    // A late timer makes the interval longer, not the share larger.
    const percent = (cpu.user + cpu.system - last.cpu.user - last.cpu.system) / 10 / (at - last.at)
    peakPercentOfCore = Math.max(peakPercentOfCore, percent)
    resources.look(percent)
    last = { at, cpu }
  }
  const timer = setEarlyInterval(look, LOOK_EVERY_MS)
  return {
    /** @param requests the number that the costs are shared out to. */
    stop: async (requests: number): Promise<Probes> => {
      clearEarlyInterval(timer)
      const allocated = allocation?.stop()
      const wallMs = now() - startedAt
      const cpu = process.cpuUsage(cpuStart)
      if (now() - last.at >= LOOK_EVERY_MS / 2) look()
      memory?.look()
      const eventLoop = await loop?.stop()
      const micros = cpu.user + cpu.system
      const count = Math.max(1, requests)
      const percentOfCore = micros / 10 / wallMs
      return {
        ...(memory && {
          memory: {
            ...memory.summary(allocated?.peakBytes),
            ...(allocated && { bytesPerOperation: allocated.allocatedBytes / count }),
          },
        }),
        ...(allocated && { gc: allocated.gc }),
        ...(wanted.cpu && {
          cpu: {
            userMicros: cpu.user,
            systemMicros: cpu.system,
            microsPerOperation: micros / count,
            percentOfCore,
            peakPercentOfCore: Math.max(peakPercentOfCore, percentOfCore),
          },
        }),
        ...(eventLoop && { eventLoop }),
        ...(resources && { overTime: resources.stop() }),
      }
    },
  }
}
