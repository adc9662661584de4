// One file loads in a tenth of a second, the package's 585 modules take almost a whole one.
import { init } from 'echarts/dist/echarts.esm.min.mjs'
import { escapeHtml } from '../escape-html.ts'
import { bindFormatters } from './bind-formatters.ts'
import type { Chart } from './chart.ts'
import { ink } from './colours.ts'

/** The picture as a stand-alone SVG document with a title and a description for screen readers. */
export function renderSvg(chart: Chart, background: string | null = ink.background): string {
  const { width, height } = chart
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    drawing.setOption({ backgroundColor: background ?? 'none', ...(bindFormatters(chart.option) as object) })
    return tidy(drawing.renderToSVGString(), chart)
  } finally {
    drawing.dispose()
  }
}

/** Makes ids depend on nothing but the chart, drops hover styles and marks meant for a live page, and adds words. */
function tidy(svg: string, { name, title, summary }: Chart): string {
  return (
    svg
      .replace(/<style ?>[\s\S]*?<\/style>\s*/g, '')
      // Invisible frames around title and legend
      .replace(/<path [^>]*fill-opacity="0" [^>]*stroke-width="0"[^>]*><\/path>\n?/g, '')
      .replace(/ (?:class|ecmeta_\w+|pointer-events|xmlns:xlink|baseProfile|xml:space)="[^"]*"/g, '')
      .replace(/\bzr\d+-/g, `${name}-`)
      .replace(/ (?:d|transform)="[^"]*"/g, (attribute) =>
        attribute.replace(/-?\d+\.\d{2,}/g, (number) => String(Math.round(Number(number) * 100) / 100)),
      )
      .replace(
        /^<svg ([^>]*)>/,
        `<svg $1 role="img" aria-labelledby="${name}-title ${name}-description">\n<title id="${name}-title">${escapeHtml(title)}</title>\n<desc id="${name}-description">${escapeHtml(summary)}</desc>`,
      )
  )
}
