import { expect, test } from 'vitest'
import { inconclusiveAdvice } from '../../../plugin/judge/advice.ts'

const advise = (within: number, between: number) =>
  inconclusiveAdvice(
    'case',
    { centre: 0, standardError: Math.hypot(within, between), degreesOfFreedom: 5 },
    { alpha: 0.005, delta: Math.log(1.05), sessions: 6, spread: between },
  ).text

test('inconclusiveAdvice() blames what is louder: the sessions of a run, or the runs at different times', () => {
  expect(advise(0.2, 0.021)).toContain('since the sessions of a run differ so much: quieten the machine')
  expect(advise(0.005, 0.021)).toContain('since runs at different times differ by about 2.1 %')
})

test('inconclusiveAdvice() asks for more sessions only where they would do', () => {
  expect(advise(0.02, 0.001)).toMatch(/raise `sessions` to about \d+, or quieten/)
  expect(advise(0.2, 0.001)).toContain(': quieten the machine, or compare both versions in one sitting')
})
