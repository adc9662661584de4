import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { loadAssets } from '../../../reporters/html/load-assets.ts'
import { renderHistogram, renderLine, thin } from '../../../reporters/html/small-charts.ts'
import { calmRun, hostileRun, troubledRun } from '../../support/made-runs.ts'
import { renderPage } from '../../support/render-page.ts'
import { hostileNames } from './hostile-names.ts'

const assets = await loadAssets()
/** Without the library and the script, which would fill the golden files. */
const bare = { library: null, script: '', style: '' }

test('renderHtml() shows the verdict, the figures and the pictures without any script', async () => {
  const page = renderPage(troubledRun(), bare, {
    changes: {
      model_selection_code_generation_low: { ratio: 2.086, verdict: 'regressed', severity: 'critical' },
      cache_warm: { ratio: 0.7, verdict: 'improved' },
    },
    history: 40,
    more: { targets: [{ key: 'cache_warm', figure: 'p95Ms', aim: '< 10', value: 0.087, met: true }] },
  })
  expect(page).toContain('✗</span> Slower: 1 regressed')
  expect(page.match(/<svg [^>]*aria-labelledby/g)).toHaveLength(4)
  await expect(page).toMatchFileSnapshot('../../golden/html/regressed.html')
})

test('renderHtml() is written with no baseline and no history too', async () => {
  await expect(renderPage(calmRun(2), bare)).toMatchFileSnapshot('../../golden/html/no-baseline.html')
})

test('renderHtml() survives a run that measured nothing', () => {
  expect(renderPage(calmRun(0), assets)).toContain('</html>')
})

test('renderHtml() lets no hostile name become markup', () => {
  const page = renderPage(hostileRun(), bare)
  const markup = page.replace(/<script[^>]*id="data"[\s\S]*?<\/script>/, '')
  expect(markup).not.toMatch(/<img|<script>alert|onerror=(?!alert\(1\)&gt;)/)
  expect(page.match(/<script/g)).toHaveLength(2)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is what is tested
  expect(page).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e\u2066-\u2069]/)
  const data = /<script type="application\/json" id="data">([\s\S]*?)<\/script>/.exec(page)?.[1]
  expect(JSON.parse(data!).benchmarks).toHaveLength(Object.keys(hostileNames).length)
})

test('renderHtml() of 60 benchmarks with 200 stored runs stays under 1.5 MB, library included', () => {
  const page = renderPage(calmRun(60), assets, { history: 200, benchmarksInHistory: 60 })
  expect(Buffer.byteLength(page)).toBeLessThan(1.5e6)
})

test('renderHtml() gives the same page for the same run', () => {
  const run = calmRun(3)
  expect(renderPage(run, bare)).toBe(renderPage(run, bare))
})

test('the library that the page carries cannot close its script element early', () => {
  const library = readFileSync(createRequire(import.meta.url).resolve('echarts/dist/echarts.common.min.js'), 'utf8')
  const page = renderPage(calmRun(1), { ...assets, library: `${library}\n"</script>"` })
  expect(page.match(/<\/script>/g)).toHaveLength(3)
})

test('renderHistogram() says what it shows, and copes with equal samples', () => {
  expect(renderHistogram([1e6, 2e6, 3e6])).toContain(
    'Histogram of 3 samples from 1.000 ms to 3.000 ms, median 2.000 ms',
  )
  expect(renderHistogram([5e6, 5e6, 5e6])).toContain('Every sample took 5.000 ms')
  expect(renderHistogram([])).toBe('')
})

test('renderLine() and thin() keep the shape of long series', () => {
  expect(thin([1, 2, 3], 5)).toHaveLength(3)
  const points = thin(
    Array.from({ length: 1000 }, (_, index) => index),
    100,
  )
  expect(points).toHaveLength(100)
  expect(points.every(({ value }, index) => index === 0 || value > points[index - 1]!.value)).toBe(true)
  expect(renderLine([1], 'x')).toBe('')
})
