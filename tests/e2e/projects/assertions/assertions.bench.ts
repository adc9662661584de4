import { describe, expect, test } from 'vitest'

const times = Number(process.env.WORK ?? 1)
const text = JSON.stringify(Array.from({ length: 30 }, (_, index) => ({ index, name: `item ${index}` })))

function work(count: number): unknown {
  let parsed: unknown
  for (let time = 0; time < count; time++) parsed = JSON.parse(text)
  return parsed
}

describe('reliably faster', () => {
  test('measured in turns', async ({ bench }) => {
    const result = await bench.compare(
      bench('once', () => work(1)),
      bench('twenty times', () => work(20)),
    )
    expect(result.get('once')).toBeReliablyFasterThan(result.get('twenty times'), { by: 100 })
    expect(result.get('twenty times')).not.toBeReliablyFasterThan(result.get('once'))
  })

  test('the other way round', async ({ bench, expect: ownExpect }) => {
    const once = await bench('once', () => work(1)).run()
    const often = await bench('twenty times', () => work(20)).run()
    ownExpect(often).toBeReliablyFasterThan(once)
  })
})

describe('the baseline', () => {
  test('kept', async ({ bench }) => {
    const result = await bench('parse', () => work(1)).run()
    expect(result).toMeetBaseline({ threshold: 300 })
  })

  test('missed where WORK is large', async ({ bench }) => {
    const result = await bench('parse often', () => work(times)).run()
    expect(result).toMeetBaseline({ threshold: 300 })
  })
})
