import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { loadAssets } from '../../reporters/html/load-assets.ts'
import { startLiveView } from '../../reporters/live-view.ts'
import { calmRun, hostileRun, troubledRun } from '../support/made-runs.ts'
import { renderPage } from '../support/render-page.ts'
import { findChromium } from './find-chromium.ts'

const executablePath = findChromium()
if (executablePath === null && !process.env.CI) {
  console.warn('Skipped the browser tests: no Chromium found. Debian: apt-get install chromium, or set CHROMIUM_PATH.')
}

describe.skipIf(executablePath === null && !process.env.CI)(
  'the HTML report in a browser',
  { timeout: 300_000 },
  () => {
    let browser: Browser
    let folder: string
    const complaints: string[] = []
    const requests: string[] = []

    beforeAll(async () => {
      if (executablePath === null) throw new Error('No Chromium found: apt-get install chromium, or set CHROMIUM_PATH')
      folder = mkdtempSync(join(tmpdir(), 'html-report-'))
      const assets = await loadAssets()
      const changes = {
        model_selection_code_generation_low: { ratio: 2.086, verdict: 'regressed', severity: 'critical' },
        cache_warm: { ratio: 0.7, verdict: 'improved' },
        concurrent_5: { ratio: 1.01, verdict: 'unchanged' },
        concurrent_10: { ratio: 1.04, verdict: 'inconclusive' },
      } as const
      writeFileSync(join(folder, 'troubled.html'), renderPage(troubledRun(), assets, { changes, history: 40 }))
      writeFileSync(join(folder, 'hostile.html'), renderPage(hostileRun(), assets))
      browser = await chromium.launch({
        executablePath,
        args: ['--no-sandbox', '--disable-dev-shm-usage'],
        timeout: 120_000,
      })
    }, 300_000)
    afterAll(async () => {
      await browser?.close()
      if (folder !== undefined) rmSync(folder, { recursive: true })
    })
    afterEach(() => {
      expect(complaints.splice(0)).toEqual([])
      expect(requests.splice(0).filter((url) => !url.startsWith('file:'))).toEqual([])
    })

    async function open(file: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options })
      page.setDefaultTimeout(60_000)
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('dialog', (dialog) => {
        complaints.push(`dialog: ${dialog.message()}`)
        void dialog.dismiss()
      })
      page.on('request', (request) => requests.push(request.url()))
      await page.goto(pathToFileURL(join(folder, file)).href)
      return page
    }

    const names = (page: Page) => page.locator('#benchmarks tbody tr:visible th').allTextContents()

    test('sorts by any column, by figure and not by text, both ways, with the keyboard', async () => {
      const page = await open('troubled.html')
      const average = page.locator('#benchmarks thead button', { hasText: 'Average' })
      await average.focus()
      await page.keyboard.press('Enter')
      expect((await names(page)).slice(0, 3)).toEqual([
        'cache_warm',
        'token_counting_long',
        'model_selection_quick_qa_low',
      ])
      expect(await page.locator('#benchmarks th[aria-sort=ascending]').count()).toBe(1)
      await page.keyboard.press('Enter')
      expect((await names(page))[0]).toBe('api_response_high_reasoning')
      await page.close()
    })

    test('filters by name and by verdict, and says how many are left', async () => {
      const page = await open('troubled.html')
      await page.fill('#filter', 'CONCURRENT')
      expect(await names(page)).toEqual(['concurrent_1', 'concurrent_5', 'concurrent_10'])
      await page.selectOption('#verdict', 'unchanged')
      expect(await names(page)).toEqual(['concurrent_5'])
      expect(await page.textContent('#shown')).toBe('1 of 11 shown')
      await page.close()
    })

    test('zooms a picture, the calls of a benchmark and the history', async () => {
      const page = await open('troubled.html')
      await page.click('button[data-open=duration_comparison]')
      const figure = page.locator('figure[data-chart=duration_comparison]')
      await figure.getByRole('button', { name: 'Zoom in' }).click()
      expect(await figure.locator('.zoom').getAttribute('data-zoom')).toBe('50.0')
      expect(await figure.locator('.canvas svg text').allTextContents()).toContain('10 ms')
      await figure.getByRole('button', { name: 'Reset' }).click()
      expect(await figure.locator('.zoom').getAttribute('data-zoom')).toBe('100.0')

      await page.click('#benchmarks a[href="#b-0"]')
      const details = page.locator('#b-0')
      expect(await details.getAttribute('open')).not.toBeNull()
      await details.getByRole('button', { name: 'Zoom the calls' }).click()
      await details.getByRole('button', { name: 'Zoom in' }).click()
      expect(await details.locator('.zoom').getAttribute('data-zoom')).toBe('50.0')

      await page.getByRole('button', { name: 'Zoom the history' }).click()
      expect(await page.locator('#history-zoom svg text').allTextContents()).toContain('change')
      await page.close()
    })

    test('compares any two stored runs', async () => {
      const page = await open('troubled.html')
      await page.selectOption('#compare-before', '0')
      const row = page.locator('#compare tbody tr').first()
      expect(await row.locator('th').textContent()).toBe('model_selection_case_0')
      // Every other benchmark became 30 % slower in the middle of the history.
      expect(await row.locator('td').last().textContent()).toMatch(/^\+(2[5-9]|3[0-6])\.\d%$/)
      await page.close()
    })

    test('is whole without script', async () => {
      const page = await open('troubled.html', { javaScriptEnabled: false })
      const text = await page.textContent('main')
      expect(text).toContain('model_selection_code_generation_low')
      expect(text?.replace(/\s+/g, ' ')).toContain('regressed (critical)')
      expect(await page.locator('figure.chart svg').count()).toBe(4)
      expect(await page.locator('button:visible, #filters:visible').count()).toBe(0)
      await page.click('#b-0 summary')
      expect(await page.locator('#b-0 svg').first().isVisible()).toBe(true)
      await page.close()
    })

    test('runs nothing that hides in names', async () => {
      const page = await open('hostile.html')
      expect(await page.locator('img').count()).toBe(0)
      for (const button of await page.locator('button[data-open]').all()) await button.click()
      await page.click('#b-2 summary')
      await page.locator('#b-2').getByRole('button', { name: 'Zoom the calls' }).click()
      expect(await page.locator('script').count()).toBe(3)
      await page.close()
    })

    test('follows the theme of the system and the choice of the reader', async () => {
      const page = await open('troubled.html', { colorScheme: 'dark' })
      const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
      expect(await background()).toBe('rgb(21, 25, 30)')
      await page.click('#theme')
      expect(await background()).toBe('rgb(255, 255, 255)')
      await page.close()
    })

    test('never scrolls sideways as a whole, on a telephone, a tablet or a desk', async () => {
      const page = await open('troubled.html')
      for (const width of [360, 800, 1280]) {
        await page.setViewportSize({ width, height: 800 })
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      }
      await page.close()
    })

    test('prints all sections open on white', async () => {
      const page = await open('troubled.html', { colorScheme: 'dark' })
      const pdf = await page.pdf()
      expect(pdf.length).toBeGreaterThan(20_000)
      await page.emulateMedia({ media: 'print' })
      expect(await page.locator('nav').isVisible()).toBe(false)
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)')
      await page.close()
    })

    test('shows a run that is going on, and its report once it is done', async () => {
      const assets = await loadAssets()
      const view = await startLiveView(renderPage(calmRun(2), assets, { more: { live: true } }))
      const page = await browser.newPage()
      page.setDefaultTimeout(60_000)
      page.on('pageerror', (error) => complaints.push(error.message))
      try {
        await page.goto(view.url)
        view.progress({
          done: 1,
          total: 4,
          running: '<b>cache_warm</b>',
          latest: { key: 'cache_cold', medianNs: 2e6 },
          remainingMs: 9_000,
        })
        await page
          .getByText('1 of 4 done, about 9 s left. Running: <b>cache_warm</b>. Last: cache_cold, median 2 ms.')
          .waitFor()
        expect(await page.locator('#live progress').getAttribute('value')).toBe('1')
        view.show(renderPage(calmRun(3), assets))
        await page.locator('#benchmarks tbody tr').nth(2).waitFor()
        expect(await page.locator('#live').count()).toBe(0)
      } finally {
        await page.close()
        await view.close()
      }
    })

    test('has no accessibility violation in either theme, zoomed charts included', async () => {
      const page = await open('troubled.html')
      for (const button of await page.locator('button[data-open]').all()) await button.click()
      await page.click('#b-0 summary')
      await page.locator('#b-0').getByRole('button', { name: 'Zoom the calls' }).click()
      await page.getByRole('button', { name: 'Zoom the history' }).click()
      // The policy of the page forbids foreign scripts, so this one comes over the debugging protocol.
      await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'))
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        const violations = (await page.evaluate('axe.run().then((result) => result.violations)')) as {
          id: string
          nodes: { html: string; failureSummary: string }[]
        }[]
        const found = violations.map(
          ({ id, nodes }) => `${colorScheme} ${id}: ${nodes[0]?.html.slice(0, 200)} ${nodes[0]?.failureSummary}`,
        )
        expect(found).toEqual([])
      }
      await page.close()
    })
  },
)
