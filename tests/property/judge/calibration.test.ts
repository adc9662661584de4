import { describe, expect, test } from 'vitest'
import { verdictOf } from '../../../plugin/judge/verdict.ts'
import { clopperPearson } from '../../../plugin/statistics/clopper-pearson.ts'
import { intervalOf } from '../../../plugin/statistics/estimate.ts'
import { pairedYuen, unpairedYuen } from '../../../plugin/statistics/yuen.ts'
import { normal, seededRandom } from '../../support/random.ts'

/** Noise of one session's log-ratio; all are centred at 0 and symmetric, so that the trimmed mean is 0 in truth. */
const noises = {
  normal: (random: () => number) => normal(random),
  'heavy-tailed (one session in twenty 10 times as wide)': (random: () => number) =>
    normal(random) * (random() < 0.05 ? 10 : 1),
  'double exponential': (random: () => number) => Math.log(1 - random()) * (random() < 0.5 ? 1 : -1),
}
const rounds = 4000

function share(count: (random: () => number) => boolean): [low: number, high: number] {
  const random = seededRandom(7)
  let hits = 0
  for (let round = 0; round < rounds; round++) if (count(random)) hits++
  return clopperPearson(hits, rounds, 0.999)
}

describe.each(Object.entries(noises))('with %s noise', (_, noise) => {
  const sample = (random: () => number, size: number) => Array.from({ length: size }, () => 0.02 * noise(random))

  test.each([4, 6, 10, 24])(
    'the paired interval of %d sessions misses on one side in about α .005 of cases',
    (size) => {
      const [low] = share((random) => intervalOf(pairedYuen(sample(random, size))!, 0.005).low > 0)
      expect(low).toBeLessThanOrEqual(0.0065)
    },
  )

  test.each([
    [4, 4],
    [6, 6],
    [6, 24],
    [12, 12],
  ])('the unpaired interval of %d and %d sessions does so, too', (first, second) => {
    const [low] = share(
      (random) => intervalOf(unpairedYuen(sample(random, first), sample(random, second))!, 0.005).low > 0,
    )
    expect(low).toBeLessThanOrEqual(0.0065)
  })

  test('equal distributions are called regressed in less than 1 of 200 cases', () => {
    const [low] = share((random) => {
      const estimate = unpairedYuen(sample(random, 6), sample(random, 6))!
      return verdictOf(intervalOf(estimate, 0.005), Math.log(1.03)) === 'regressed'
    })
    expect(low).toBeLessThanOrEqual(0.005)
  })
})

test('a slowdown well beyond the noise is found', () => {
  const [low] = share((random) => {
    const sample = (level: number) => Array.from({ length: 12 }, () => level + 0.01 * normal(random))
    return (
      verdictOf(intervalOf(unpairedYuen(sample(0), sample(Math.log(1.05)))!, 0.005), Math.log(1.03)) === 'regressed'
    )
  })
  expect(low).toBeGreaterThan(0.97)
})
