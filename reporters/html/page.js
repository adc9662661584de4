// The script of the HTML report. It only adds to a page that is whole without it, sets text as text, and fetches nothing.
// `axisFormat` stands before it; `echarts` does where the page carries the library.
/* global axisFormat, echarts */
;(() => {
  const data = JSON.parse(document.getElementById('data').textContent)
  const drawn = new Set()

  const element = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties)
    made.append(...children)
    return made
  }
  const button = (text, onclick) => element('button', { type: 'button', textContent: text, onclick })

  // ── Theme ──
  const themeButton = document.getElementById('theme')
  const themes = ['automatic', 'light', 'dark']
  const isDark = () => {
    const chosen = document.documentElement.dataset.theme
    return chosen === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : chosen === 'dark'
  }
  const redraw = () => {
    for (const draw of drawn) draw()
  }
  themeButton.hidden = false
  themeButton.onclick = () => {
    const next = themes[(themes.indexOf(document.documentElement.dataset.theme ?? 'automatic') + 1) % themes.length]
    if (next === 'automatic') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = next
    themeButton.textContent = `Theme: ${next}`
    redraw()
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw)

  // ── Tables ──
  const sortKey = (cell) => {
    const given = cell.dataset.sort
    if (given === undefined) return cell.textContent.trim().toLowerCase()
    if (given === '') return null
    const number = Number(given)
    return Number.isNaN(number) ? given.toLowerCase() : number
  }
  const compare = (a, b) =>
    typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b))
  const sortTable = (table, column) => {
    const heads = [...table.tHead.rows[0].cells]
    const rising = heads[column].getAttribute('aria-sort') !== 'ascending'
    for (const head of heads) head.removeAttribute('aria-sort')
    heads[column].setAttribute('aria-sort', rising ? 'ascending' : 'descending')
    const rows = [...table.tBodies[0].rows].map((row) => ({ row, key: sortKey(row.cells[column]) }))
    rows.sort((a, b) => {
      // What has no value stands last, whichever way.
      if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null)
      return (rising ? 1 : -1) * compare(a.key, b.key)
    })
    table.tBodies[0].append(...rows.map(({ row }) => row))
  }
  const makeSortable = (table) => {
    for (const [column, head] of [...table.tHead.rows[0].cells].entries()) {
      const label = button(head.textContent, () => sortTable(table, column))
      head.replaceChildren(label)
    }
  }
  for (const table of document.querySelectorAll('table')) makeSortable(table)

  // ── Filter ──
  const benchmarks = document.getElementById('benchmarks')
  const filter = document.getElementById('filter')
  const verdict = document.getElementById('verdict')
  const applyFilter = () => {
    const wanted = filter.value.trim().toLowerCase()
    const rows = [...benchmarks.tBodies[0].rows]
    for (const row of rows) {
      const named = row.cells[0].textContent.toLowerCase().includes(wanted)
      row.hidden = !named || (verdict.value !== '' && row.dataset.verdict !== verdict.value)
    }
    const shown = rows.filter((row) => !row.hidden).length
    document.getElementById('shown').textContent = `${shown} of ${rows.length} shown`
  }
  document.getElementById('filters').hidden = false
  filter.oninput = applyFilter
  verdict.onchange = applyFilter

  // ── Sections of benchmarks ──
  const openTarget = () => {
    const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null
    if (target?.tagName === 'DETAILS') target.open = true
  }
  addEventListener('hashchange', openTarget)
  openTarget()
  let closed = []
  addEventListener('beforeprint', () => {
    closed = [...document.querySelectorAll('details:not([open])')]
    for (const details of closed) details.open = true
  })
  addEventListener('afterprint', () => {
    for (const details of closed) details.open = false
  })

  // ── Interactive charts ──
  const bind = (value) => {
    if (Array.isArray(value)) return value.map(bind)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        key === 'formatter' && typeof inner === 'string' && inner.startsWith('@') ? axisFormat(inner) : bind(inner),
      ]),
    )
  }
  const themed = (option) => {
    if (!isDark()) return bind(option)
    let text = JSON.stringify(option)
    for (const { light, dark } of Object.values(data.colours)) text = text.replaceAll(light, dark)
    return bind(JSON.parse(text))
  }

  /** Draws a zoomable chart with buttons for the keyboard into a place. */
  const zoomable = (place, { title, height, option, axis, format }) => {
    const box = element('div', { className: 'canvas' })
    box.style.height = `${height}px`
    box.style.minWidth = '36rem'
    const scroller = element('div', { className: 'scroll', tabIndex: 0, role: 'region' }, box)
    scroller.setAttribute('aria-label', `${title}, zoomable`)
    // A logarithmic axis is zoomed by its bounds: the zoom of the library would cut it in linear parts.
    const logarithmic = option.xAxis.type === 'log'
    const whole = logarithmic ? [Math.log10(option.xAxis.min), Math.log10(option.xAxis.max)] : [0, 100]
    let view = whole
    let chart
    const apply = () => {
      const [start, end] = view
      if (logarithmic) chart.setOption({ xAxis: { min: 10 ** start, max: 10 ** end } })
      else chart.dispatchAction({ type: 'dataZoom', dataZoomIndex: 0, start, end })
      tell()
    }
    const tell = () => {
      const share = (100 * (view[1] - view[0])) / (whole[1] - whole[0])
      place.dataset.zoom = share.toFixed(1)
      status.textContent = share > 99.9 ? '' : `showing ${Math.round(share)}% of the axis`
    }
    const zoom = (factor, shift = 0) => {
      const half = Math.min((whole[1] - whole[0]) / 2, ((view[1] - view[0]) / 2) * factor)
      const centre = (view[0] + view[1]) / 2 + shift * half
      const middle = Math.min(whole[1] - half, Math.max(whole[0] + half, centre))
      view = [middle - half, middle + half]
      apply()
    }
    const status = element('span', { className: 'faint' })
    status.setAttribute('role', 'status')
    const tools = element(
      'div',
      { className: 'tools' },
      button('Zoom in', () => zoom(0.5)),
      button('Zoom out', () => zoom(2)),
      button('Left', () => zoom(1, -1)),
      button('Right', () => zoom(1, 1)),
      button('Reset', () => {
        view = whole
        apply()
      }),
      status,
    )
    place.replaceChildren(tools, scroller)
    const draw = () => {
      chart?.dispose()
      chart = echarts.init(box, null, { renderer: 'svg' })
      const named = axisFormat(format)
      chart.setOption({
        ...themed(option),
        tooltip: {
          trigger: 'item',
          confine: true,
          renderMode: 'richText',
          formatter: ({ name, seriesName, value }) =>
            `${name}\n${seriesName}: ${named(Array.isArray(value) ? value[axis === 'x' ? 0 : 1] : value)}`.replace(
              /[{}|]/g,
              ' ',
            ),
        },
        title: { show: false },
        ...(logarithmic
          ? {}
          : {
              dataZoom: [
                { type: 'slider', xAxisIndex: 0, filterMode: 'none', bottom: 4, height: 18, showDetail: false },
                {
                  type: 'inside',
                  xAxisIndex: 0,
                  filterMode: 'none',
                  zoomOnMouseWheel: 'ctrl',
                  moveOnMouseWheel: false,
                },
              ],
            }),
      })
      chart.on('datazoom', () => {
        const { start, end } = chart.getOption().dataZoom[0]
        view = [start, end]
        tell()
      })
      if (view !== whole) apply()
    }
    drawn.add(draw)
    draw()
    new ResizeObserver(() => chart.resize()).observe(box)
  }
  const inkOf = (name) => data.colours[name].light
  const axisLook = () => ({
    axisLabel: { color: inkOf('faint'), fontSize: 11 },
    nameTextStyle: { color: inkOf('faint') },
    splitLine: { lineStyle: { color: inkOf('line') } },
    axisLine: { lineStyle: { color: inkOf('line') } },
  })
  const hasLibrary = typeof echarts !== 'undefined'

  if (hasLibrary) {
    for (const figure of document.querySelectorAll('figure.chart')) {
      const { option, height, name } = data.charts.find((chart) => chart.name === figure.dataset.chart)
      const place = element('div', { className: 'zoom' })
      const drawing = figure.querySelector('.drawing')
      const title = drawing.getAttribute('aria-label')
      const open = button(`Zoom: ${title}`, () => {
        drawing.hidden = true
        open.hidden = true
        zoomable(place, {
          title,
          height: height + 40,
          option: { ...option, grid: { ...option.grid, bottom: option.grid.bottom + 34 } },
          axis: 'x',
          format: option.xAxis.axisLabel.formatter,
        })
        place.querySelector('button').focus()
      })
      open.dataset.open = name
      figure.prepend(open, place)
    }
    for (const details of document.querySelectorAll('details.benchmark')) {
      const place = details.querySelector('.zoom')
      const { key, sessions } = data.benchmarks[Number(place.dataset.benchmark)]
      if (sessions.every((values) => values.length < 2)) continue
      const open = button('Zoom the calls', () => {
        let from = 0
        const series = sessions.map((values, number) => {
          const start = from
          from += values.length
          return {
            type: 'scatter',
            name: `session ${number + 1}`,
            symbolSize: 5,
            // Neighbouring sessions differ in colour and shape.
            symbol: number % 2 === 0 ? 'circle' : 'triangle',
            itemStyle: { color: inkOf(number % 2 === 0 ? 'first' : 'second'), opacity: 0.8 },
            data: values.map((value, index) => ({ name: `call ${start + index + 1}`, value: [start + index, value] })),
          }
        })
        zoomable(place, {
          title: `Calls of ${key}`,
          height: 300,
          axis: 'y',
          format: '@duration',
          option: {
            animation: false,
            grid: { left: 80, right: 20, top: 20, bottom: 64 },
            xAxis: {
              type: 'value',
              name: 'calls in order',
              nameLocation: 'middle',
              nameGap: 24,
              max: 'dataMax',
              ...axisLook(),
            },
            yAxis: {
              type: 'value',
              scale: true,
              ...axisLook(),
              axisLabel: { ...axisLook().axisLabel, formatter: '@duration' },
            },
            series,
          },
        })
      })
      place.append(open)
    }
  }

  // ── History ──
  const formatOf = (unit) => ({ ns: '@duration', B: '@bytes', '%': '@percent', '1/s': '@rate' })[unit] ?? '@number'
  const historyPlace = document.getElementById('history-zoom')
  if (hasLibrary && historyPlace !== null) {
    const choice = element(
      'select',
      {},
      ...data.history.map(({ key }, index) => element('option', { value: index, textContent: key })),
    )
    const place = element('div')
    const show = () => {
      const { key, unit, values, changes } = data.history[Number(choice.value)]
      drawn.clear()
      zoomable(place, {
        title: `History of ${key}`,
        height: 320,
        axis: 'y',
        format: formatOf(unit),
        option: {
          animation: false,
          grid: { left: 80, right: 20, top: 24, bottom: 70 },
          xAxis: {
            type: 'category',
            data: data.runs.map(({ id }) => (id in Object.prototype ? `${id}\u00a0` : id)),
            ...axisLook(),
          },
          yAxis: {
            type: 'value',
            scale: true,
            ...axisLook(),
            axisLabel: { ...axisLook().axisLabel, formatter: formatOf(unit) },
          },
          series: [
            {
              type: 'line',
              name: 'figure',
              symbolSize: 6,
              connectNulls: true,
              lineStyle: { color: inkOf('first'), width: 1.5 },
              itemStyle: { color: inkOf('first') },
              data: values.map((value, index) => ({ name: data.runs[index].id, value: [index, value ?? '-'] })),
              markLine: {
                symbol: 'none',
                silent: true,
                lineStyle: { color: inkOf('second'), type: 'dashed' },
                label: { formatter: 'change', color: inkOf('second') },
                data: changes.map((index) => ({ xAxis: index })),
              },
            },
          ],
        },
      })
    }
    choice.onchange = show
    historyPlace.append(element('div', { className: 'tools' }, element('label', {}, 'Benchmark ', choice)), place)
    const open = button('Zoom the history', () => {
      open.remove()
      show()
    })
    place.append(open)
  }

  // ── Two runs side by side ──
  const comparison = document.getElementById('compare')
  if (comparison !== null && data.runs.length >= 2) {
    const name = ({ id, commit }) => (commit === null ? id : `${id} (${commit})`)
    const options = () => data.runs.map((run, index) => element('option', { value: index, textContent: name(run) }))
    const before = element('select', { id: 'compare-before' }, ...options())
    const after = element('select', { id: 'compare-after' }, ...options())
    before.value = String(data.runs.length - 2)
    after.value = String(data.runs.length - 1)
    const body = element('tbody')
    const heads = ['Benchmark', 'Before', 'After', 'Difference']
    const table = element(
      'table',
      {},
      element('caption', {
        textContent: 'Figures of two stored runs; a difference, not a verdict (for that: vitest-verdict compare)',
      }),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          ...heads.map((textContent, index) =>
            element('th', { scope: 'col', textContent, className: index > 0 ? 'number' : '' }),
          ),
        ),
      ),
      body,
    )
    const cell = (text, sort) => {
      const made = element('td', { className: 'number', textContent: text })
      made.dataset.sort = sort === null ? '' : String(sort)
      return made
    }
    const fill = () => {
      for (const head of table.tHead.rows[0].cells) head.removeAttribute('aria-sort')
      body.replaceChildren(
        ...data.history.map(({ key, unit, values }) => {
          const [old, now] = [values[Number(before.value)], values[Number(after.value)]]
          const show = (value) => (value === null ? '–' : axisFormat(formatOf(unit))(value))
          const points = unit === '%'
          const change =
            old === null || now === null || (!points && old === 0) ? null : points ? now - old : (now / old - 1) * 100
          const text =
            change === null ? '–' : `${change >= 0 ? '+' : '−'}${Math.abs(change).toFixed(1)}${points ? ' pp' : '%'}`
          return element(
            'tr',
            {},
            element('th', { scope: 'row', textContent: key }),
            cell(show(old), old),
            cell(show(now), now),
            cell(text, change),
          )
        }),
      )
    }
    before.onchange = fill
    after.onchange = fill
    fill()
    const scroller = element('div', { className: 'scroll', tabIndex: 0, role: 'region' }, table)
    scroller.setAttribute('aria-label', 'Figures of two stored runs')
    comparison.replaceChildren(
      element(
        'div',
        { className: 'tools' },
        element('label', {}, 'Before ', before),
        element('label', {}, 'After ', after),
      ),
      scroller,
    )
    makeSortable(table)
  }

  // ── Live ──
  const live = document.getElementById('live')
  if (live !== null) {
    const [line, bar] = live.children
    const events = new EventSource('/events')
    events.addEventListener('progress', ({ data: text }) => {
      const { done, total, running, latest, remainingMs } = JSON.parse(text)
      const left = remainingMs === null ? '' : `, about ${Math.max(1, Math.round(remainingMs / 1000))} s left`
      const figure = latest === null ? '' : ` Last: ${latest.key}, median ${axisFormat('@duration')(latest.medianNs)}.`
      line.textContent = `${done} of ${total} done${left}.${running === null ? '' : ` Running: ${running}.`}${figure}`
      bar.max = Math.max(1, total)
      bar.value = done
    })
    events.addEventListener('report', () => location.reload())
    events.addEventListener('error', () => {
      line.textContent = 'The run has ended or its server is gone. This is the last state it sent.'
    })
  }
})()
