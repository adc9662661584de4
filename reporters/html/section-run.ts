import { escapeHtml } from '../escape-html.ts'
import { nameMeasured } from '../name-measured.ts'
import { formatBytes, formatPercent } from '../number.ts'
import { groupSkipped } from '../skipped.ts'
import type { HtmlInput } from './html-input.ts'
import { renderTable } from './table.ts'

/** Targets, failures, doubts and where the run was made. */
export function renderRunSection({ run, report, targets }: HtmlInput): string {
  const { environment, options } = run
  const facts: [string, string][] = [
    ['Started', run.startedAt],
    ['Finished', run.finishedAt],
    ['Processor', `${environment.cpuModel}, ${environment.cpus} usable`],
    ['Memory', formatBytes(environment.memoryBytes)],
    ['System', `${environment.platform} ${environment.osRelease} ${environment.arch}`],
    ['Node', `${environment.node} (V8 ${environment.v8}), Vitest ${environment.vitest}`],
    ['Commit', environment.commit === null ? 'none' : `${environment.commit}${environment.dirty ? ' (changed)' : ''}`],
    ['Profile', `${options.profile}, ${options.iterations} iterations, ${options.sessions} sessions`],
    ['Threshold', formatPercent(options.threshold)],
    ['Baseline', describeBaseline(report)],
    ...(options.target === undefined ? [] : [['Target', nameMeasured(options.target)] satisfies [string, string]]),
  ]
  const warnings = report.warnings.map(({ text }) => `<li>${escapeHtml(text)}</li>`).join('')
  const failures = report.failures
    .map(
      ({ key, session, error }) => `<li>${escapeHtml(key, 120)}, session ${session}: ${escapeHtml(error, 1000)}</li>`,
    )
    .join('')
  const skipped = groupSkipped(report.skipped)
    .map(
      ({ keys, reason }) =>
        `<li>${keys.map((key) => escapeHtml(key, 120)).join(', ')}: ${escapeHtml(reason, 500)}</li>`,
    )
    .join('')
  return `<section id="run" aria-labelledby="run-title"><h2 id="run-title">This run</h2>
${failures === '' ? '' : `<h3>Failures</h3><ul>${failures}</ul>`}${skipped === '' ? '' : `<h3>Skipped</h3><ul>${skipped}</ul>`}
${warnings === '' ? '' : `<h3>Doubts</h3><ul>${warnings}</ul>`}
${renderTargets(targets)}
<h3>Where and how</h3>
<dl>${facts.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join('')}</dl>
</section>`
}

function renderTargets(targets: HtmlInput['targets']): string {
  if (targets.length === 0) return ''
  const columns = [
    { title: 'Benchmark' },
    { title: 'Figure' },
    { title: 'Target', numeric: true },
    { title: 'Measured', numeric: true },
    { title: 'Result' },
  ]
  const rows = targets.map(({ key, figure, aim, value, met }) => ({
    cells: [
      { html: escapeHtml(key, 120) },
      { html: escapeHtml(figure) },
      { html: escapeHtml(aim) },
      { html: String(Number(value.toPrecision(4))) },
      { html: met ? '✓ met' : '<strong>✗ missed</strong>' },
    ],
  }))
  return `<h3>Targets</h3>\n${renderTable(columns, rows, { caption: 'Targets of this run' })}`
}

function describeBaseline({ baseline }: HtmlInput['report']): string {
  switch (baseline.kind) {
    case 'none':
      return 'none'
    case 'incompatible':
      return `${baseline.path}: ${baseline.reason}`
    case 'compared':
      return `${baseline.path}, ${baseline.runs} runs${baseline.commit === null ? '' : `, ${baseline.commit.slice(0, 7)}`}`
  }
}
