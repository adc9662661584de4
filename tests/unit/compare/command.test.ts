import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { registerCompare } from '../../../plugin/cli/compare.ts'
import { answerSchema } from '../../../plugin/compare/answer.ts'
import { durations, runOf } from '../../support/sketch-run.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'compare-'))
  const lines = (factor: number) =>
    [100, 101, 99, 102, 98, 100].map((value) => `BenchmarkA-2 1 ${value * factor} ns/op\n`).join('')
  writeFileSync(join(folder, 'old.txt'), lines(1))
  writeFileSync(join(folder, 'new.txt'), lines(1.2))
  writeFileSync(join(folder, 'broken.json'), '{"results":[{"command":"x","times":["fast"]}]}')
  writeFileSync(join(folder, 'run-old.json'), JSON.stringify(runOf(durations([1, 1.01, 0.99, 1, 1.02, 1]))))
  writeFileSync(join(folder, 'run-new.json'), JSON.stringify(runOf(durations([2, 2.01, 1.99, 2, 2.02, 2]))))
  for (const side of ['before', 'after', 'nothing']) mkdirSync(join(folder, side))
  for (let file = 0; file < 6; file++) {
    const result = (mean: number) => JSON.stringify({ latency: { mean }, throughput: {}, period: mean })
    writeFileSync(join(folder, 'before', `${file}.json`), result(1 + 0.001 * file))
    writeFileSync(join(folder, 'after', `${file}.json`), result(1.001 + 0.001 * file))
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

async function run(...args: string[]) {
  const output: string[] = []
  let exitCode = 0
  const program = new Command().exitOverride().configureOutput({ writeErr: (text) => void output.push(text) })
  registerCompare(program, {
    env: {},
    cwd: folder,
    print: (text) => void output.push(text),
    exit: (code) => {
      exitCode = code
    },
  })
  for (const command of program.commands)
    command.exitOverride().configureOutput({ writeErr: (text) => void output.push(text) })
  await program.parseAsync(['compare', ...args], { from: 'user' })
  return { output: output.join('\n'), exitCode }
}

describe('vitest-verdict compare', () => {
  test('prints a table and exits with 1 when something regressed', async () => {
    const { output, exitCode } = await run('old.txt', 'new.txt')
    expect(exitCode).toBe(1)
    expect(output).toContain('+20.0%')
    expect(output.split('\n').at(-1)).toBe('Slower (threshold 5 %): 1 regressed.')
  })

  test('exits with 0 when the regression is below --fail-on, or within --threshold', async () => {
    expect((await run('old.txt', 'new.txt', '--fail-on', 'critical')).exitCode).toBe(0)
    expect((await run('old.txt', 'new.txt', '--threshold', '30')).exitCode).toBe(0)
  })

  test('answers in the published JSON', async () => {
    const { output } = await run('old.txt', 'new.txt', '--format', 'json')
    expect(answerSchema.parse(JSON.parse(output)).verdict).toBe('regressed')
  })

  test.each(['markdown', 'csv'])('answers in %s', async (format) => {
    expect((await run('old.txt', 'new.txt', '--format', format)).output).toContain('BenchmarkA-2')
  })

  test('uses 3 % where sides were measured in turns', async () => {
    expect((await run('old.txt', 'new.txt', '--paired')).output).toContain('threshold 3 %')
  })

  test('takes a folder with one file per process on each side', async () => {
    const { output, exitCode } = await run('before', 'after')
    expect(exitCode).toBe(0)
    expect(output).toContain('No slower than before')
    expect(output).toContain('6+6')
  })

  test('judges our own runs with all they know', async () => {
    const { output, exitCode } = await run('run-old.json', 'run-new.json', '--format', 'json')
    expect(exitCode).toBe(1)
    expect(JSON.parse(output).benchmarks[0].metrics.duration_median.severity).toBe('critical')
  })

  test.each([
    [['missing.txt', 'new.txt'], 'Cannot read missing.txt: no such file'],
    [['old.txt', 'broken.json'], 'Cannot read broken.json: not hyperfine --export-json at results.0.times.0'],
    [['nothing', 'new.txt'], 'Cannot read nothing: the folder is empty'],
    [['old.txt', 'new.txt', '--from', 'mitata'], 'Cannot read old.txt: not mitata JSON'],
    [['old.txt', 'new.txt', '--threshold', 'much'], 'a number of per cent above 0 is needed'],
    [['old.txt'], "missing required argument 'new'"],
  ])('refuses %j', async (args, message) => {
    await expect(run(...args)).rejects.toThrow(message)
  })
})
