import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { targetsSchema } from '../../../plugin/judge/targets.ts'

const read = (path: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, '../../..', path), 'utf8'))

test('docs/targets.schema.json is the schema of the targets file', () => {
  expect(read('docs/targets.schema.json')).toEqual(z.toJSONSchema(targetsSchema, { io: 'input' }))
})

test('baseline/targets.json fits it', () => {
  expect(targetsSchema.safeParse(read('baseline/targets.json')).error).toBeUndefined()
})
