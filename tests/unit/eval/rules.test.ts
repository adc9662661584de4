import { ratioBounds, Sample } from 'pragmastat'
import { describe, expect, test } from 'vitest'
import { bencher, bencherBoundary } from '../../../eval/rules/bencher.ts'
import { bootstrapP, criterion } from '../../../eval/rules/criterion.ts'
import { oursPaired, oursUnpaired } from '../../../eval/rules/ours.ts'
import { pragmastatRatio } from '../../../eval/rules/pragmastat.ts'
import { asv, benchstat, perfolizerEquivalence } from '../../../eval/rules/rank-tests.ts'
import { relativeDifference, tachometer } from '../../../eval/rules/tachometer.ts'
import { pytestMean, ratioGate, vitestMatcher } from '../../../eval/rules/two-means.ts'
import { mannWhitney } from '../../../plugin/statistics/mann-whitney.ts'
import { welchTTest } from '../../../plugin/statistics/t-test.ts'
import { normal, seededRandom } from '../../support/random.ts'

describe('rules on means', () => {
  // Vitest 5.1, toBeSlowerThan: passes when actual.mean > expected.mean · (1 + delta).
  test('Vitest’s matcher is a comparison of two means', () => {
    expect(vitestMatcher(0).judge([1, 1], [1, 1.0001])).toBe('regressed')
    expect(vitestMatcher(0.05).judge([1, 1], [1, 1.1])).toBe('open')
    expect(vitestMatcher(0.05).judge([1, 1], [1, 1.2])).toBe('regressed')
  })

  // pytest_benchmark/utils.py, PercentageRegressionCheck: current / compared · 100 − 100 > threshold.
  test('pytest-benchmark’s mean:5% begins above 5 %', () => {
    expect(pytestMean(5).judge([100], [105])).toBe('open')
    expect(pytestMean(5).judge([100], [105.1])).toBe('regressed')
  })

  // github-action-benchmark README: an alert at 200 % when the value is more than twice the last one.
  test('github-action-benchmark’s alert at 200 % begins above a ratio of 2', () => {
    expect(ratioGate(2).judge([100], [200])).toBe('open')
    expect(ratioGate(2).judge([100], [210])).toBe('regressed')
  })
})

describe('rules on ranks', () => {
  const gob = {
    old: [13552735, 13553943, 13606356, 13683198],
    next: [11773189, 11942588, 11786159, 11628583, 11815924],
  }
  const json = {
    old: [32395067, 32334214, 31992891, 31735022],
    next: [32036529, 32156552, 31288355, 31559706, 31765634],
  }

  // The example in benchstat's documentation: p=0.016 n=4+5 and p=0.286 n=4+5.
  test('benchstat’s own example has p = 0.016 and p = 0.286', () => {
    expect(mannWhitney(gob.old, gob.next).p.toFixed(3)).toBe('0.016')
    expect(mannWhitney(json.old, json.next).p.toFixed(3)).toBe('0.286')
    expect(benchstat.judge(gob.old, gob.next)).toBe('improved')
    expect(benchstat.judge(json.old, json.next)).toBe('open')
  })

  // Perfolizer, MannWhitneyTests.cs, N10 and N3Vs49 without a threshold: one-sided p of the first being greater.
  test('Perfolizer’s N10 has U = 47 and p = 0.6020319', () => {
    const first = [
      101.560680277179, 84.5009342862592, 87.2294917081476, 129.63805718437, 105.404085588131, 107.725754537927,
      80.1006409348006, 113.864283866225, 102.430864178515, 104.403374809552,
    ]
    const second = [
      82.352823982586, 126.135642815364, 109.069571619921, 91.5330798762612, 94.2532257217699, 70.568270818608,
      92.5436886596998, 117.210691979832, 119.721076854462, 113.813867732564,
    ]
    const answer = mannWhitney(first, second)
    expect(answer.u).toBe(47)
    expect(answer.pGreater).toBeCloseTo(0.6020319, 6)
    const moved = mannWhitney(
      first,
      second.map((value) => value - 30),
    )
    expect([moved.u, moved.pGreater.toFixed(8)]).toEqual([91, '0.00052502'])
  })

  // Perfolizer, SimpleEquivalenceTests.cs: greater beyond 2 % at 1e-5; with 4 and 3 values nothing can be told apart.
  test('Perfolizer’s equivalence test gives its published answers', () => {
    const high = Array.from({ length: 12 }, (_, index) => [200.3279, 200.3178, 200.4046][index % 3]!)
    const low = Array.from({ length: 20 }, (_, index) => 195 + (index % 2))
    expect(perfolizerEquivalence(2).judge(low, high)).toBe('regressed')
    const many = [
      9.7031, 9.2344, 10.1719, 8.6094, 9.5469, 8.1406, 8.6094, 8.4531, 7.9844, 7.2031, 8.1406, 8.6094, 9.0781, 8.9219,
      9.2344, 8.9219,
    ]
    expect(perfolizerEquivalence(1).judge([195, 195, 196, 196], [200.3279, 200.3178, 200.4046])).toBe('open')
    // Its other "Greater" rests on 3 against 16 values, where an exact p cannot fall below 1/969: only an approximation gets there.
    expect(mannWhitney([10070400, 10073300, 10073500], many, 'exact').pGreater).toBeCloseTo(1 / 969, 9)
  })

  // asv statistics.is_different: p < .002 needs samples that can show it, and compare's factor is 1.1.
  test('asv wants p < .002 and a factor of 1.1', () => {
    const old = [1, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06]
    expect(
      asv.judge(
        old,
        old.map((value) => value + 0.2),
      ),
    ).toBe('regressed')
    expect(
      asv.judge(
        old,
        old.map((value) => value + 0.08),
      ),
    ).toBe('open')
    expect(
      asv.judge(
        old.slice(0, 4),
        old.slice(0, 4).map((value) => value + 1),
      ),
    ).toBe('open')
  })
})

describe('tachometer', () => {
  // tachometer src/test/stats_test.ts: intervals contain the true relative difference in .95 ± .01 of trials.
  test('its interval of the relative difference holds the truth in 95 % of trials', () => {
    const random = seededRandom(3)
    const trials = 4000
    let good = 0
    for (let trial = 0; trial < trials; trial++) {
      const sample = (mean: number, spread: number) => Array.from({ length: 60 }, () => mean + spread * normal(random))
      const [low, high] = relativeDifference(sample(400, 8), sample(500, 5))
      if (low <= 0.25 && high >= 0.25) good++
    }
    expect(Math.abs(good / trials - 0.95)).toBeLessThanOrEqual(0.01)
  })

  test('calls slower what lies wholly above 0', () => {
    expect(tachometer.judge([1, 1.01, 0.99, 1], [1.1, 1.11, 1.09, 1.1])).toBe('regressed')
    expect(tachometer.judge([1, 1.01, 0.99, 1], [1.001, 1.01, 0.99, 1])).toBe('open')
  })
})

describe('criterion.rs', () => {
  // Efron and Tibshirani's resampling t has the p of Welch's t on normal samples; criterion's own tests know no figures.
  test('its resampled p is near Welch’s', () => {
    const random = seededRandom(5)
    const old = Array.from({ length: 40 }, () => 100 + normal(random))
    const next = Array.from({ length: 40 }, () => 100.4 + normal(random))
    expect(Math.abs(bootstrapP(old, next, seededRandom(1)) - welchTTest(old, next).p)).toBeLessThan(0.02)
  })

  // src/report.rs: not significant, within the noise threshold, or beyond it on both bounds.
  test('keeps quiet within its noise threshold of 1 %', () => {
    const old = Array.from({ length: 12 }, (_, index) => 100 + 0.01 * index)
    expect(
      criterion.judge(
        old,
        old.map((value) => value * 1.005),
      ),
    ).toBe('open')
    expect(
      criterion.judge(
        old,
        old.map((value) => value * 1.05),
      ),
    ).toBe('regressed')
    expect(
      criterion.judge(
        old,
        old.map((value) => value * 0.95),
      ),
    ).toBe('improved')
  })
})

describe('Bencher', () => {
  // Bencher's documentation of the t boundary: 25 values of mean 100 and deviation 10, boundary 0.977.
  test('its documented example lies at about 121.46', () => {
    expect(bencherBoundary(100, 10, 25)).toBeCloseTo(121.46, 2)
    expect(bencher([99, 100, 101, 100], 105)).toBe(true)
    expect(bencher([99, 100, 101, 100], 101)).toBe(false)
  })
})

describe('Pragmastat', () => {
  test('its ratio bounds decide', () => {
    const old = [100, 101, 99, 102, 98, 100, 101, 99, 100, 100]
    expect(
      pragmastatRatio(3, 0.01).judge(
        old,
        old.map((value) => value * 1.1),
      ),
    ).toBe('regressed')
    expect(pragmastatRatio(3, 0.01).judge(old, old)).toBe('unchanged')
    expect(ratioBounds(Sample.of([1, 2, 3, 4, 5]), Sample.of([2, 3, 4, 5, 6]), 0.05).upper).toBeCloseTo(1.5, 9)
  })
})

test('our own rules answer like the judge', () => {
  const old = [100, 101, 99, 102, 98, 100]
  expect(
    oursPaired(3).judge(
      old,
      old.map((value, index) => value * (1.05 + 0.001 * index)),
    ),
  ).toBe('regressed')
  expect(oursPaired(3).judge(old, old)).toBe('unchanged')
  expect(
    oursUnpaired(5).judge(
      old,
      old.map((value) => value * 1.2),
    ),
  ).toBe('regressed')
  expect(oursUnpaired(5).judge(old, [100, 150, 70, 120, 90, 100])).toBe('open')
})
