import { describe, expect, test } from 'vitest'
import { detectablePercent } from '../../../plugin/judge/detectable.ts'
import { reaches, severityOf, worstSeverity } from '../../../plugin/judge/severity.ts'
import { verdictOf, worstVerdict } from '../../../plugin/judge/verdict.ts'

describe('verdictOf()', () => {
  test.each([
    [{ low: 0.01, estimate: 0.06, high: 0.11 }, 'regressed'],
    [{ low: -0.01, estimate: 0.06, high: 0.13 }, 'inconclusive'],
    [{ low: 0.01, estimate: 0.04, high: 0.07 }, 'inconclusive'],
    [{ low: 0.01, estimate: 0.02, high: 0.03 }, 'unchanged'],
    [{ low: -0.04, estimate: 0, high: 0.04 }, 'unchanged'],
    [{ low: -0.2, estimate: -0.1, high: -0.05 }, 'improved'],
    [{ low: -0.2, estimate: -0.1, high: 0.05 }, 'inconclusive'],
    [{ low: 0, estimate: 0, high: 0 }, 'unchanged'],
  ] as const)('calls %o %s at a threshold of .05', (change, verdict) => {
    expect(verdictOf(change, 0.05)).toBe(verdict)
  })
})

test('worstVerdict() puts regressed before inconclusive before improved before unchanged before no-baseline', () => {
  expect(worstVerdict(['unchanged', 'improved', 'inconclusive', 'regressed'])).toBe('regressed')
  expect(worstVerdict(['unchanged', 'improved', 'inconclusive'])).toBe('inconclusive')
  expect(worstVerdict(['unchanged', 'improved'])).toBe('improved')
  expect(worstVerdict(['no-baseline', 'unchanged'])).toBe('unchanged')
  expect(worstVerdict([])).toBe('no-baseline')
})

describe('severity', () => {
  const limits = { medium: 10, high: 25, critical: 50 }

  test.each([
    [6, 'low'],
    [10, 'low'],
    [10.1, 'medium'],
    [25.1, 'high'],
    [50.1, 'critical'],
    [108.6, 'critical'],
  ] as const)('severityOf(%d %) is %s', (percent, severity) => {
    expect(severityOf(percent, limits)).toBe(severity)
  })

  test('reaches() compares with a limit', () => {
    expect(reaches('high', 'medium')).toBe(true)
    expect(reaches('high', 'high')).toBe(true)
    expect(reaches('high', 'critical')).toBe(false)
  })

  test('worstSeverity() passes over what has none', () => {
    expect(worstSeverity([null, 'low', 'high', null])).toBe('high')
    expect(worstSeverity([null])).toBeNull()
  })
})

describe('detectablePercent()', () => {
  const estimate = { centre: 0, standardError: 0.02, degreesOfFreedom: 7 }

  // t(.995, 7) = 3.49948, t(.80, 7) = 0.89603 (scipy 1.17.1): exp(.02 · 4.39551) − 1.
  test('is half-width plus t(.80) · se beyond the threshold', () => {
    expect(detectablePercent(estimate, 0.005, 0.03)).toBeCloseTo(
      Math.expm1(0.02 * (3.4994832974 + 0.8960296443)) * 100,
      6,
    )
  })

  test('is no less than threshold plus t(.80) · se', () => {
    expect(detectablePercent(estimate, 0.005, 0.1)).toBeCloseTo(Math.expm1(0.1 + 0.02 * 0.8960296443) * 100, 6)
  })

  test('of an exact comparison is the threshold', () => {
    expect(detectablePercent({ ...estimate, standardError: 0 }, 0.005, Math.log(1.05))).toBeCloseTo(5, 10)
  })
})
