import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Resvg } from '@resvg/resvg-js'
import { describe, expect, test } from 'vitest'
import { axisFormat } from '../../../reporters/charts/axis-format.ts'
import type { Chart } from '../../../reporters/charts/chart.ts'
import { colours, themeText } from '../../../reporters/charts/colours.ts'
import { describeCharts } from '../../../reporters/charts/describe-charts.ts'
import { renderPng } from '../../../reporters/charts/render-png.ts'
import { renderSvg } from '../../../reporters/charts/render-svg.ts'
import { shortenLabel } from '../../../reporters/charts/rows.ts'
import { calmRun, hostileRun, troubledRun } from '../../support/made-runs.ts'
import { makeReport } from '../../support/make-report.ts'
import { makeBenchmark, makeRun } from '../../support/make-run.ts'

const chartsOf = (run: ReturnType<typeof calmRun>) => describeCharts(run, makeReport(run))
const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!)

describe('describeCharts()', () => {
  test('gives the four pictures by their names', () => {
    expect(chartsOf(calmRun()).map(({ name }) => name)).toEqual([
      'duration_comparison',
      'memory_usage',
      'success_rates',
      'performance_distribution',
    ])
  })

  test('describes them in plain JSON', () => {
    const charts = chartsOf(troubledRun())
    expect(JSON.parse(JSON.stringify(charts))).toEqual(charts)
  })

  test.each([
    ['logarithmic when durations span several powers of ten', 12, 'log'],
    ['from zero when they do not', 2, 'value'],
  ])('makes the axis %s', (_, count, type) => {
    const [{ option }] = chartsOf(calmRun(count)) as [Chart]
    expect(option.xAxis).toMatchObject(type === 'log' ? { type } : { type, min: 0 })
  })

  test('leaves out the interval of an average over fewer than 4 sessions', () => {
    const of = (sessions: number) => {
      const run = makeRun([makeBenchmark({ key: 'x', medianMs: 1, sessions })])
      const series = chartsOf(run)[0]!.option.series as { name: string; data: unknown[] }[]
      return series.find(({ name }) => name === '95 % interval')!.data
    }
    expect(of(3)).toEqual([])
    expect(of(4)).toHaveLength(3)
  })

  test('says in words what was not measured', () => {
    const run = makeRun([makeBenchmark({ key: 'x', medianMs: 1 })])
    expect(chartsOf(run)[1]?.summary).toBe('No memory was tracked in this run.')
    expect(chartsOf(makeRun([])).map((chart) => renderSvg(chart))).toHaveLength(4)
  })
})

describe('renderSvg()', () => {
  test.each([5, 60])('labels every one of %i benchmarks, each on a row of its own', (count) => {
    for (const chart of chartsOf(calmRun(count))) {
      const svg = renderSvg(chart)
      const labels = (chart.option.yAxis as { data: string[] }).data
      const collapsed = labels.map((label) => label.replace(/ +/g, ' '))
      expect(texts(svg).map((text) => text.replace(/ +/g, ' '))).toEqual(expect.arrayContaining(collapsed))
      const rows = [...svg.matchAll(/text-anchor="end"[^>]*translate\([\d.]+ ([\d.]+)\)/g)].map(([, y]) => Number(y))
      expect(rows).toHaveLength(count)
      const gaps = rows.toSorted((a, b) => a - b).flatMap((y, row, all) => (row === 0 ? [] : [y - all[row - 1]!]))
      expect(Math.min(...gaps)).toBeGreaterThan(16)
    }
  })

  test('draws the same description the same each time', async () => {
    const [chart] = chartsOf(troubledRun()) as [Chart]
    expect(renderSvg(chart)).toBe(renderSvg(chart))
    await expect(renderSvg(chart)).toMatchFileSnapshot('../../golden/charts/duration_comparison.svg')
  })

  test('shows hostile names as text only', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'].map((key) =>
      makeBenchmark({ key, medianMs: 1 }),
    )
    for (const chart of [...chartsOf(hostileRun()), ...chartsOf(makeRun(names))]) {
      const svg = renderSvg(chart)
      expect(svg).not.toMatch(/<script|<img|<!--/)
      expect(() => new Resvg(svg)).not.toThrow()
    }
    expect(Object.keys(Object.getOwnPropertyDescriptors(Object.prototype))).not.toContain('prev')
  })

  test('uses no colour that a dark page could not replace', () => {
    for (const chart of chartsOf(troubledRun())) {
      const drawn = renderSvg(chart, null).replace(/<clipPath[\s\S]*?<\/clipPath>/g, '')
      expect(themeText(drawn).match(/"(?:#[0-9a-f]{3,8}|rgba?\([^"]*)"/gi)).toBe(null)
    }
  })
})

describe('colours', () => {
  // Relative luminance and contrast after WCAG 2.2.
  const luminance = (hex: string) => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
  }
  const contrast = (a: string, b: string) => {
    const [low, high] = [luminance(a), luminance(b)].toSorted((x, y) => x - y)
    return (high! + 0.05) / (low! + 0.05)
  }

  test.each(['light', 'dark'] as const)('stand out from the %s background: 3 to 1, text 4.5 to 1', (theme) => {
    const { background, line: _, text, faint, ...marks } = colours
    for (const words of [text, faint]) expect(contrast(words[theme], background[theme])).toBeGreaterThan(4.5)
    for (const mark of Object.values(marks)) expect(contrast(mark[theme], background[theme])).toBeGreaterThan(3)
  })
})

describe('renderPng()', () => {
  const svg = renderSvg(chartsOf(calmRun(3))[0]!)

  test('draws text with the fonts of this package, at twice the size', () => {
    const png = Buffer.from(renderPng(svg))
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect(png.readUInt32BE(16)).toBe(1920)
    expect(png.equals(renderPng(svg.replace(/<text[\s\S]*?<\/text>/g, '')))).toBe(false)
  })

  test('draws the same picture on a machine without fonts', () => {
    const folder = mkdtempSync(join(tmpdir(), 'no-fonts-'))
    try {
      writeFileSync(join(folder, 'fonts.conf'), '<fontconfig></fontconfig>')
      writeFileSync(join(folder, 'chart.svg'), svg)
      const module = fileURLToPath(new URL('../../../reporters/charts/render-png.ts', import.meta.url))
      const script = `
        const { renderPng } = await import(${JSON.stringify(module)})
        const { readFileSync } = await import('node:fs')
        process.stdout.write(renderPng(readFileSync('chart.svg', 'utf8')))`
      const png = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
        cwd: folder,
        env: { FONTCONFIG_FILE: join(folder, 'fonts.conf'), HOME: folder, XDG_DATA_HOME: folder },
        maxBuffer: 1e7,
      })
      expect(png.equals(renderPng(svg))).toBe(true)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('axisFormat()', () => {
  test.each([
    ['@duration', 0.5, '0.5 ns'],
    ['@duration', 999.9999999, '1 µs'],
    ['@duration', 20_000_000, '20 ms'],
    ['@duration', 90e9, '90 s'],
    ['@bytes', 1.2e9, '1.2 GB'],
    ['@percent', 99.5, '99.5%'],
    ['@rate', 120, '120/s'],
  ])('%s of %d is %s', (name, value, text) => {
    expect(axisFormat(name)(value)).toBe(text)
  })
})

test('shortenLabel() keeps the beginning and the end', () => {
  const label = shortenLabel(`start_${'x'.repeat(100)}_end`)
  expect(label).toMatch(/^start_.*…x*_end$/)
  expect([...label]).toHaveLength(44)
})
