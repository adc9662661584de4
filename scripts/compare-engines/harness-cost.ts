import { runOurs } from './engines.ts'
import type { Row, Section } from './section.ts'

const REQUESTS = 100_000

/** What the load engine itself costs per request: CPU of a run against a function that does nothing. */
export const harnessCost: Section = async () => {
  const rows: Row[] = []
  const cases = {
    closed: { concurrency: 10, requests: REQUESTS },
    open: { rate: 20_000, duration: (REQUESTS / 20_000) * 1000 },
  }
  for (const [name, load] of Object.entries(cases)) {
    const start = process.cpuUsage()
    const { measurements } = await runOurs([{ name, fn: async () => {}, options: { load } }])
    const cpu = process.cpuUsage(start)
    const micros = (cpu.user + cpu.system) / measurements[0]!.load!.requests
    rows.push({
      what: `harness cost per request, ${name} model`,
      target: '<20 µs',
      measured: `${micros.toFixed(1)} µs of CPU (all threads, calibration included)`,
      met: micros < 20,
    })
  }
  return rows
}
