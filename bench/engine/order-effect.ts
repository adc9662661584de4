import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { quantile } from '../../plugin/statistics/quantile.ts'
import { figure, percent, type Section } from './section.ts'
import { createWork } from './work.ts'

const SESSIONS = 20

interface Session {
  ours: number
  builtIn: number
}

/** Two registrations of the same function in one comparison: second over first, in 20 fresh processes. */
export const orderEffect: Section = async (report) => {
  const script = fileURLToPath(new URL('./order-session.ts', import.meta.url))
  const sessions = Array.from(
    { length: SESSIONS },
    () => JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' })) as Session,
  )
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
  await report({
    key: 'engine_order_effect',
    title: `same function twice in \`bench.compare\`, ${SESSIONS} sessions`,
    figures: { difference: figure('Difference in the Median', Math.abs(ours.middle)) },
    details: `${ours.text}; built-in ${builtIn.text}`,
    subject: { fn: createWork(100).once },
  })
}
