import { expect, test } from 'vitest'

// A bench file as Vitest's own guide would have it: nothing in it knows of vitest-verdict.
const words = Array.from({ length: 200 }, (_, index) => `word${index}`)
const calls: string[] = []

test('joining words', async ({ bench }) => {
  const stored = await bench('stored', { writeResult: './bench-results/stored.json' }, () => words.join(' ')).run()
  expect(stored.latency.mean).toBeGreaterThan(0)

  const result = await bench.compare(
    bench(
      'join',
      {
        beforeAll: () => void calls.push('beforeAll'),
        beforeEach: () => void (calls.at(-1) === 'beforeEach' || calls.push('beforeEach')),
        afterAll: () => void calls.push('afterAll'),
      },
      () => words.join(' '),
    ),
    bench('many times the work', () => {
      let text = ''
      for (let time = 0; time < 50; time++) text = words.join(String(time))
      return text
    }),
    bench.from('from the file', './bench-results/stored.json'),
    { iterations: 20, time: 20 },
  )
  expect(result.get('join')).toBeFasterThan(result.get('many times the work'))
  expect(result.get('from the file').latency.mean).toBe(stored.latency.mean)
  expect(calls[0]).toBe('beforeAll')
  expect(calls).toContain('beforeEach')
  expect(calls.at(-1)).toBe('afterAll')
})
