import { expect, test } from 'vitest'
import { progressLine, sayProgress } from '../../../reporters/progress-line.ts'
import { countProgress } from '../../../reporters/run-progress.ts'

test('countProgress() expects of the rest what the processes so far took', () => {
  let now = 0
  const progress = countProgress(12, () => now)
  progress.started('a.bench.ts')
  expect(progressLine(progress.state)).toBe('0 of 12 done: a.bench.ts')
  now = 20_000
  progress.ended()
  progress.started('b.bench.ts')
  expect(progressLine(progress.state)).toBe('1 of 12 done, about 4 min left: b.bench.ts')
  for (let done = 1; done < 11; done++) progress.ended()
  expect(progressLine(progress.state)).toBe('11 of 12 done, about 2 s left')
})

test('sayProgress() is silent in short runs and speaks now and then in long ones', () => {
  let now = 0
  const lines: string[] = []
  const say = sayProgress(
    (text) => void lines.push(text),
    () => now,
  )
  const { state } = countProgress(100, () => now)
  for (; now <= 60_000; now += 1_000) say(state)
  expect(lines).toEqual(Array(4).fill('0 of 100 done\n'))
})
