import { plainText } from '../plain-text.ts'
import type { ChartOption, Json } from './chart.ts'
import { ink } from './colours.ts'

const width = 960
const rowHeight = 22
const head = 66
const foot = 40
/** Advance of an average character of DejaVu Sans at 12 px; the widest of the usual fonts, so that no label is cut. */
const characterWidth = 7.4
const longestLabel = 44

/** A span of values over each other larger than this asks for a logarithmic axis. */
const logarithmicFrom = 10

export interface Series {
  name: string
  kind: 'dots' | 'bars'
  colour: string
  /** Symbol of dots: shapes differ, so that colour is not needed to tell series apart. */
  symbol?: 'circle' | 'diamond' | 'rect' | 'triangle'
  size?: number
  /** Thickness and opacity of bars, px. */
  thickness?: number
  opacity?: number
  /** Per row: one value for dots, a pair for bars, null for none. */
  values: readonly (number | readonly [number, number] | null)[]
}

export interface RowsInput {
  labels: readonly string[]
  /** Name of the axis format: `@duration`, `@bytes`, `@percent`. */
  format: string
  axisTitle: string
  title: string
  subtitle: string
  series: readonly Series[]
  /** Fixed bounds; otherwise chosen from the values. */
  axis?: { [name: string]: Json }
  /** A line at this value, with its label. */
  mark?: { value: number; label: string }
}

/** A chart of one row per benchmark with a common horizontal axis: legible with 5 rows and with 60. */
export function rowsOption(input: RowsInput): { option: ChartOption; width: number; height: number } {
  const labels = input.labels.map((label) => shortenLabel(label))
  const labelWidth = Math.max(60, ...labels.map((label) => [...label].length * characterWidth))
  const axis = input.axis ?? chooseAxis(input.series)
  return {
    width,
    height: head + foot + rowHeight * Math.max(3, labels.length),
    option: {
      animation: false,
      textStyle: { fontFamily: 'DejaVu Sans, Verdana, sans-serif', color: ink.text },
      title: {
        text: input.title,
        subtext: input.subtitle,
        left: 12,
        top: 8,
        itemGap: 4,
        textStyle: { fontSize: 16, fontWeight: 'bold', color: ink.text },
        subtextStyle: { fontSize: 12, color: ink.faint },
      },
      legend: {
        top: 10,
        right: 32,
        itemGap: 28,
        selectedMode: false,
        itemWidth: 16,
        itemHeight: 10,
        textStyle: { fontSize: 12, color: ink.text },
        data: input.series.map(({ name, kind, symbol }) => ({
          name,
          icon: kind === 'bars' ? 'roundRect' : (symbol ?? 'circle'),
        })),
      },
      grid: { left: Math.round(labelWidth + 20), right: 36, top: head, bottom: foot, containLabel: false },
      xAxis: {
        ...axis,
        name: input.axisTitle,
        nameLocation: 'middle',
        nameGap: 24,
        nameTextStyle: { fontSize: 12, color: ink.faint },
        axisLabel: { formatter: input.format, fontSize: 11, color: ink.faint, hideOverlap: true },
        splitLine: { show: true, lineStyle: { color: ink.line } },
        axisLine: { show: false },
        axisTick: { show: false },
        minorTick: { show: false },
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: labels,
        axisLabel: { fontSize: 12, color: ink.text, interval: 0, margin: 10 },
        axisTick: { show: false },
        axisLine: { lineStyle: { color: ink.line } },
        splitLine: { show: true, interval: 0, lineStyle: { color: ink.line, opacity: 0.45 } },
      },
      series: input.series.map((series, index) => ({
        ...drawSeries(series, labels),
        ...(index === 0 && input.mark !== undefined ? { markLine: drawMark(input.mark) } : {}),
      })) as Json[],
    },
  }
}

/**
 * Long names keep their beginning and end, which tell them apart: `model_selection…_low`. Names that every object has, such as
 * `__proto__`, get a trailing space that does not break: the caches of the chart library take them for entries of their own and
 * write to `Object.prototype` (seen in zrender 6.1).
 */
export function shortenLabel(label: string, longest = longestLabel): string {
  const characters = [...plainText(label, 10_000)]
  if (characters.length <= longest) {
    const text = characters.join('')
    return text in Object.prototype ? `${text}\u00a0` : text
  }
  const tail = Math.floor(longest / 2) - 1
  return `${characters.slice(0, longest - tail - 1).join('')}…${characters.slice(-tail).join('')}`
}

/** Logarithmic where the values span more than 10 times (zeros cannot stand on such an axis), else from 0. */
function chooseAxis(series: readonly Series[]): { [name: string]: Json } {
  const values = series.flatMap((each) => each.values.flatMap((value) => value ?? []))
  const smallest = Math.min(...values)
  const largest = Math.max(...values)
  if (values.length === 0 || !Number.isFinite(largest)) return { type: 'value', min: 0, max: 1 }
  if (smallest > 0 && largest / smallest > logarithmicFrom) {
    return { type: 'log', logBase: 10, min: roundDown(smallest), max: roundUp(largest) }
  }
  return { type: 'value', min: 0 }
}

function roundDown(value: number): number {
  return 10 ** Math.floor(Math.log10(value * 0.95))
}

function roundUp(value: number): number {
  return 10 ** Math.ceil(Math.log10(value * 1.05))
}

function drawSeries(series: Series, labels: readonly string[]): { [name: string]: Json } {
  const { name, kind, colour, values } = series
  if (kind === 'dots') {
    return {
      type: 'scatter',
      name,
      symbol: series.symbol ?? 'circle',
      symbolSize: series.size ?? 10,
      itemStyle: { color: colour, opacity: 1, borderColor: ink.background, borderWidth: 1 },
      emphasis: { disabled: true },
      z: 4,
      data: values.flatMap((value, row) =>
        typeof value === 'number' ? [{ name: labels[row]!, value: [value, row] }] : [],
      ),
    }
  }
  return {
    type: 'line',
    name,
    symbol: 'none',
    silent: true,
    emphasis: { disabled: true },
    // Legends take their colour from the item, lines from the line.
    itemStyle: { color: colour, opacity: series.opacity ?? 1 },
    lineStyle: { color: colour, width: series.thickness ?? 2, opacity: series.opacity ?? 1, cap: 'butt' },
    z: 3,
    data: values.flatMap((value, row): Json[] =>
      value === null || typeof value === 'number'
        ? []
        : [
            [value[0], row],
            [value[1], row],
            ['-', '-'],
          ],
    ),
  }
}

function drawMark({ value, label }: { value: number; label: string }): Json {
  return {
    symbol: 'none',
    silent: true,
    lineStyle: { color: ink.third, type: 'dashed', width: 1.5 },
    label: { formatter: label, color: ink.third, fontSize: 11, position: 'start', distance: 4 },
    data: [{ xAxis: value }],
  }
}

/** @example countBenchmarks(1) // '1 benchmark' */
export function countBenchmarks(count: number): string {
  return `${count} benchmark${count === 1 ? '' : 's'}`
}
