import { appendFileSync, readFileSync } from 'node:fs'
import { test } from 'vitest'

/** Fails in the session given by FAIL_IN, counted in the file COUNT_FILE. */
test('sometimes fails', async ({ bench }) => {
  const file = process.env.COUNT_FILE!
  appendFileSync(file, '.')
  if (readFileSync(file, 'utf8').length === Number(process.env.FAIL_IN)) throw new Error('the database is down')
  await bench('works', () => Math.sqrt(2)).run()
})
