import { createHash } from 'node:crypto'
import { axisFormat } from '../charts/axis-format.ts'
import type { Chart } from '../charts/chart.ts'
import { colours, themeText } from '../charts/colours.ts'
import { describeCharts } from '../charts/describe-charts.ts'
import { renderSvg } from '../charts/render-svg.ts'
import { embedJson } from '../embed-json.ts'
import { escapeHtml } from '../escape-html.ts'
import { verdictMarks, verdictSentence } from '../verdict-words.ts'
import type { HtmlAssets, HtmlInput } from './html-input.ts'
import { pageData } from './page-data.ts'
import { renderAnalysisSection } from './section-analysis.ts'
import { renderBenchmarkSections, renderBenchmarkTable } from './section-benchmarks.ts'
import { renderHistorySection } from './section-history.ts'
import { renderRunSection } from './section-run.ts'

/** The report as one HTML file that needs nothing else: readable without script, interactive with it. */
export function renderHtml(input: HtmlInput, assets: HtmlAssets): string {
  const { report } = input
  const charts = describeCharts(input.run, report)
  const scripts = [
    ...(assets.library === null ? [] : [assets.library]),
    `const axisFormat = ${axisFormat.toString()}\n${assets.script}`,
  ].map((script) => script.replaceAll('</script', '<\\/script'))
  const title = `${verdictMarks[report.verdict]} ${report.verdict}: benchmark report ${report.run.id}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy(scripts, input.live === true)}">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${themeProperties()}
${assets.style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the benchmarks</a>
<header>
<div class="top"><h1>Benchmark report <span class="id">${escapeHtml(report.run.id)}</span></h1>
<button type="button" id="theme" hidden>Theme: automatic</button></div>
<p class="verdict ${report.verdict}"><span aria-hidden="true">${verdictMarks[report.verdict]}</span> ${escapeHtml(verdictSentence(report))}</p>
<p class="faint">${escapeHtml(describeRun(input))}</p>
${input.live === true ? '<div id="live" role="status" aria-live="polite"><p>Waiting for the first benchmark.</p><progress max="1" value="0" aria-label="Progress of the run"></progress></div>' : ''}
<nav aria-label="Sections"><a href="#main">Benchmarks</a> <a href="#pictures">Pictures</a> <a href="#analysis">Analysis</a> <a href="#history">History</a> <a href="#details">Each benchmark</a> <a href="#run">This run</a></nav>
</header>
<main id="main" tabindex="-1">
${renderBenchmarkTable(input)}
${renderPictures(charts)}
${renderAnalysisSection(input)}
${renderHistorySection(input)}
${renderBenchmarkSections(input)}
${renderRunSection(input)}
</main>
<script type="application/json" id="data">${embedJson(pageData(input, charts))}</script>
${scripts.map((script) => `<script>${script}</script>`).join('\n')}
</body>
</html>
`
}

/** Nothing is fetched from anywhere, and no script but those of the page runs. */
function policy(scripts: readonly string[], live: boolean): string {
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`)
  return `default-src 'none'; script-src ${hashes.join(' ')}; style-src 'unsafe-inline'; img-src data:; connect-src ${live ? "'self'" : "'none'"}; base-uri 'none'; form-action 'none'`
}

function themeProperties(): string {
  const of = (theme: 'light' | 'dark') =>
    Object.entries(colours)
      .map(([name, values]) => `--chart-${name}:${values[theme]}`)
      .join(';')
  return `:root{${of('light')}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${of('dark')}}}
:root[data-theme=dark]{${of('dark')}}
@media print{:root:root{${of('light')}}}`
}

function describeRun({ run, report }: HtmlInput): string {
  const { commit } = report.run
  return [
    `${run.benchmarks.length} benchmarks in ${report.run.sessions} sessions each`,
    `${run.startedAt.slice(0, 16).replace('T', ' ')} UTC`,
    report.run.machineClass,
    ...(commit === null ? [] : [`commit ${commit.slice(0, 7)}${run.environment.dirty ? ' with changes' : ''}`]),
    ...(run.complete ? [] : ['incomplete']),
  ].join(' · ')
}

function renderPictures(charts: readonly Chart[]): string {
  const figures = charts.map(
    (chart) => `<figure class="chart" data-chart="${chart.name}">
<div class="drawing" role="region" tabindex="0" aria-label="${escapeHtml(chart.title)}">${themeText(renderSvg(chart, null))}</div>
<figcaption><strong>How to read it.</strong> ${escapeHtml(chart.howToRead)} <span class="faint">${escapeHtml(chart.summary)}</span></figcaption>
</figure>`,
  )
  return `<section id="pictures" aria-labelledby="pictures-title"><h2 id="pictures-title">Pictures</h2>\n${figures.join('\n')}\n</section>`
}
