import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { HtmlAssets } from './html-input.ts'

/** Reads the code that a page carries. The common build of ECharts has all the charts of the page in two thirds of the size. */
export async function loadAssets(): Promise<HtmlAssets> {
  const { resolve } = createRequire(import.meta.url)
  const [library, script, style] = await Promise.all([
    readFile(resolve('echarts/dist/echarts.common.min.js'), 'utf8'),
    readFile(new URL('./page.js', import.meta.url), 'utf8'),
    readFile(new URL('./page.css', import.meta.url), 'utf8'),
  ])
  return { library, script, style }
}
