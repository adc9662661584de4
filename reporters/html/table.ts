import { escapeHtml } from '../escape-html.ts'

export interface Cell {
  /** HTML, escaped already. */
  html: string
  /** What the column is sorted by; the text when absent. */
  sort?: number | string | null
}

export interface Column {
  title: string
  numeric?: boolean
}

/** A table that scrolls sideways by itself, its first column the heading of each row. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly { cells: readonly Cell[]; attributes?: string }[],
  { caption, id }: { caption: string; id?: string },
): string {
  const head = columns
    .map(
      ({ title, numeric }) => `<th scope="col"${numeric === true ? ' class="number"' : ''}>${escapeHtml(title)}</th>`,
    )
    .join('')
  const body = rows.map(({ cells, attributes = '' }) => {
    const line = cells.map(({ html, sort }, index) => {
      const by = sort === undefined ? '' : ` data-sort="${sort === null ? '' : escapeHtml(String(sort))}"`
      if (index === 0) return `<th scope="row"${by}>${html}</th>`
      return `<td${columns[index]?.numeric === true ? ' class="number"' : ''}${by}>${html}</td>`
    })
    return `<tr${attributes}>${line.join('')}</tr>`
  })
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escapeHtml(caption)}"><table${id === undefined ? '' : ` id="${id}"`}><caption>${escapeHtml(caption)}</caption><thead><tr>${head}</tr></thead><tbody>
${body.join('\n')}
</tbody></table></div>`
}
