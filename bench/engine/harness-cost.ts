import { runOurs } from './engines.ts'
import { figure, type Section } from './section.ts'

const REQUESTS = 100_000

/** What the load engine itself costs per request: CPU of a run against a function that does nothing. */
export const harnessCost: Section = async (report) => {
  const cases = {
    closed: { concurrency: 10, requests: REQUESTS },
    open: { rate: 20_000, duration: (REQUESTS / 20_000) * 1000 },
  }
  for (const [name, load] of Object.entries(cases)) {
    const fn = async () => {}
    const start = process.cpuUsage()
    const { measurements } = await runOurs([{ name, fn, options: { load } }])
    const cpu = process.cpuUsage(start)
    const micros = (cpu.user + cpu.system) / measurements[0]!.load!.requests
    await report({
      key: `engine_harness_cost_${name}`,
      title: `harness cost per request, ${name} model`,
      figures: { cpu_per_request: figure('CPU per Request', micros * 1000, 'ns') },
      details: `${micros.toFixed(1)} µs of CPU (all threads, calibration included)`,
      subject: { fn, options: { load } },
    })
  }
}
