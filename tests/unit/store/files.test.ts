import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { InputError } from '../../../plugin/store/input-error.ts'
import { latestRun, listRuns } from '../../../plugin/store/latest-run.ts'
import { readRun } from '../../../plugin/store/read-run.ts'
import { readTargets } from '../../../plugin/store/read-targets.ts'
import { writeWhole } from '../../../plugin/store/write-whole.ts'
import { makeBenchmark, makeRun } from '../../support/make-run.ts'
import { testInFolder as test } from '../../support/temporary-folder.ts'

test('readRun() gives back what was written', async ({ folder }) => {
  const run = makeRun([makeBenchmark({ key: 'a', medianMs: 1 })])
  await writeWhole(join(folder, 'deep', 'run.json'), JSON.stringify(run))
  expect(await readRun(join(folder, 'deep', 'run.json'))).toEqual(run)
})

test('readRun() keeps metrics, metadata and failures whatever their names', async ({ folder }) => {
  const run = makeRun([makeBenchmark({ key: '__proto__', medianMs: 1 })])
  const session = run.benchmarks[0]!.sessions[0]!
  const odd = <T>(value: T) =>
    Object.fromEntries([
      ['__proto__', value],
      ['constructor', value],
    ])
  const metric = { kind: 'quantity', title: 'Odd', value: 1, unit: 'ns', direction: 'lower', gate: true } as const
  const sessions = [{ ...session, metrics: odd(metric), metadata: odd('x'), failures: odd(1) }]
  const text = JSON.stringify({ ...run, benchmarks: [{ ...run.benchmarks[0]!, sessions }] })
  await writeWhole(join(folder, 'run.json'), text)
  const read = (await readRun(join(folder, 'run.json'))).benchmarks[0]!.sessions[0]!
  for (const field of ['metrics', 'metadata', 'failures'] as const) {
    expect(Object.entries(read[field])).toEqual(Object.entries(sessions[0]![field]))
  }
  await writeWhole(join(folder, 'run.json'), text.replace('"value":1', '"value":"one"'))
  await expect(readRun(join(folder, 'run.json'))).rejects.toThrow('benchmarks.0.sessions.0.metrics.__proto__.value')
})

test.for([
  ['a missing file', undefined, /no such file/],
  ['an empty file', '', /the file is empty/],
  ['a truncated file', '{"format": "vitest-verdict/run", "ver', /the file is truncated/],
  ['a file that is not JSON', 'hello', /not JSON/],
  ['an unknown version', '{"format": "vitest-verdict/run", "version": 99}', /version 99 is unknown here/],
  ['another format', '{"format": "something else", "version": 1}', /not a vitest-verdict run at format/],
  ['a list', '[]', /not a vitest-verdict run/],
] as const)('readRun() says in one line what is wrong with %s', async ([, content, message], { folder }) => {
  const path = join(folder, 'run.json')
  if (content !== undefined) await writeFile(path, content)
  const error = await readRun(path).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(InputError)
  expect((error as Error).message).toMatch(message)
  expect((error as Error).message).toContain(path)
  expect((error as Error).message).not.toContain('\n')
})

test('readRun() says that a folder stands where the file should be', async ({ folder }) => {
  await expect(readRun(folder)).rejects.toThrow(/it is a folder, a file is needed/)
})

test('writeWhole() refuses to write where a folder stands and leaves nothing behind', async ({ folder }) => {
  await mkdir(join(folder, 'run.json'))
  await expect(writeWhole(join(folder, 'run.json'), 'x')).rejects.toThrow(/a folder stands there/)
  expect(await readdir(folder)).toEqual(['run.json'])
})

test('writeWhole() replaces a file whole', async ({ folder }) => {
  const path = join(folder, 'a.txt')
  await writeWhole(path, 'a long first version')
  await writeWhole(path, 'short')
  expect(await readFile(path, 'utf8')).toBe('short')
})

test('latestRun() finds the newest by the time in its name, numbers within a second included', async ({ folder }) => {
  const names = ['run_20260102_030405.json', 'run_20260102_030405_2.json', 'run_20260102_030405_10.json', 'other.json']
  for (const name of names) await writeFile(join(folder, name), '{}')
  expect((await listRuns(folder)).map((path) => path.slice(folder.length + 1))).toEqual(names.slice(0, 3))
  expect(await latestRun(folder)).toBe(join(folder, 'run_20260102_030405_10.json'))
})

test('latestRun() says where it looked when there is no run or no folder', async ({ folder }) => {
  await expect(latestRun(folder)).rejects.toThrow(`No run in ${folder}`)
  await expect(latestRun(join(folder, 'missing'))).rejects.toThrow(/no such folder/)
})

test('readTargets() names the target that makes no sense', async ({ folder }) => {
  expect(await readTargets(folder)).toEqual([])
  const targets = { version: 1, targets: [{ benchmark: 'a', figure: 'p95Ms', below: 1, above: 2 }] }
  await writeWhole(join(folder, 'baseline', 'targets.json'), JSON.stringify(targets))
  await expect(readTargets(folder)).rejects.toThrow(/targets\.0.*either "below" or "above"/)
})
