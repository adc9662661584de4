import { execFileSync } from 'node:child_process'
import { quantile } from '../../plugin/statistics/quantile.ts'
import { runBuiltIn, runOurs } from './engines.ts'
import { percent, type Section } from './section.ts'
import { createWork } from './work.ts'

const SESSIONS = 20
/** Tells a child process which session's figures to print. */
const CHILD = 'COMPARE_ENGINES_ORDER'

interface Session {
  ours: number
  builtIn: number
}

/** Two registrations of the same function in one comparison: second over first, in 20 fresh processes. */
export const orderEffect: Section = async () => {
  if (process.env[CHILD]) {
    process.stdout.write(JSON.stringify(await measureSession()))
    process.exit(0)
  }
  const sessions: Session[] = Array.from({ length: SESSIONS }, () => {
    const output = execFileSync(process.execPath, [process.argv[1]!, 'order-effect'], {
      env: { ...process.env, [CHILD]: '1' },
      encoding: 'utf8',
    })
    return JSON.parse(output.slice(output.indexOf('{'))) as Session
  })
  const effect = (of: (session: Session) => number) => {
    const ratios = sessions.map(of)
    const middle = quantile(ratios, 0.5) - 1
    return {
      middle,
      text: `${percent(middle, 2)} (sessions from ${percent(Math.min(...ratios) - 1)} to ${percent(Math.max(...ratios) - 1)})`,
    }
  }
  const ours = effect((session) => session.ours)
  const builtIn = effect((session) => session.builtIn)
  return [
    {
      what: `same function twice in \`bench.compare\`, ${SESSIONS} sessions`,
      target: 'differ by <1 % in the median',
      measured: `${ours.text}; built-in ${builtIn.text}`,
      met: Math.abs(ours.middle) < 0.01,
    },
  ]
}

async function measureSession(): Promise<Session> {
  const work = createWork(100).once
  const contestants = [
    { name: 'first', fn: () => work() },
    { name: 'second', fn: () => work() },
  ]
  const median = (samples: readonly number[]) => quantile(samples, 0.5)
  const { measurements } = await runOurs(contestants)
  const of = (name: string) => measurements.find((each) => each.name === name)!
  const builtIn = await runBuiltIn(contestants, { time: 300 })
  return {
    ours: median(of('second').samplesNs) / median(of('first').samplesNs),
    builtIn: builtIn[1]!.latency.mean / builtIn[0]!.latency.mean,
  }
}
