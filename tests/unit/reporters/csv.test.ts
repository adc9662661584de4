import { expect, test } from 'vitest'
import { renderCsv } from '../../../reporters/csv.ts'
import { calmRun, hostileRun, troubledRun } from '../../support/made-runs.ts'
import { makeReport } from '../../support/make-report.ts'

/** A CSV parser after RFC 4180, so that the test does not trust the writer. */
function parse(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)!.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'))
    if (end === '\r\n') rows.push([])
  }
  return rows.slice(0, -1)
}

test('renderCsv() gives a line per benchmark and metric', async () => {
  const report = makeReport(troubledRun(), { cache_warm: { ratio: 1.12, verdict: 'regressed', severity: 'medium' } })
  await expect(renderCsv(report)).toMatchFileSnapshot('../../golden/csv/regressed.csv')
})

test.each([
  ['hostile names', hostileRun()],
  ['no baseline', calmRun()],
])('renderCsv() gives every line as many fields as the head: %s', (_, run) => {
  const rows = parse(renderCsv(makeReport(run)))
  expect(rows).toHaveLength(run.benchmarks.length + 1)
  for (const row of rows) expect(row).toHaveLength(rows[0]!.length)
})
