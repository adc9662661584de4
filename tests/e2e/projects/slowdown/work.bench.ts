import { describe, test } from 'vitest'

/** How many times the same work is done: what a slowdown in the code is. */
const times = Number(process.env.WORK ?? 1)
const text = JSON.stringify(Array.from({ length: 30 }, (_, index) => ({ index, name: `item ${index}` })))

function work(): unknown {
  let parsed: unknown
  for (let time = 0; time < times; time++) parsed = JSON.parse(text)
  return parsed
}

describe('work (with brackets)', () => {
  test('done', async ({ bench }) => {
    await bench('custom_work', { category: 'custom', title: 'Some work' }, work).run()
  })
})

test('other', async ({ bench }) => {
  await bench('custom_other', { category: 'custom' }, () => Math.sqrt(times)).run()
})
