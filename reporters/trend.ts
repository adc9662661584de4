import type { Series } from '../plugin/analyse/series.ts'
import type { LevelChange, Trend } from '../plugin/analyse/trend.ts'
import { formatChange, formatInUnit } from './number.ts'
import type { Palette } from './palette.ts'
import { plainText } from './plain-text.ts'
import { sparkline } from './sparkline.ts'

export interface TrendInput {
  metricTitle: string
  machineClass: string
  runs: number
  trends: readonly Trend[]
  skipped: readonly { name: string; reason: string }[]
}

/** Trends as text, the answer last. */
export function renderTrends(input: TrendInput, palette: Palette): string {
  const { metricTitle, machineClass, runs, trends, skipped } = input
  const longest = Math.min(60, Math.max(0, ...trends.map(({ series }) => [...plainText(series.key)].length)))
  return [
    palette.strong(`${metricTitle} over ${count(runs, 'run')} on ${plainText(machineClass)}`),
    '',
    ...trends.flatMap((trend) => renderTrend(trend, longest, palette)),
    ...skipped.map(({ name, reason }) => palette.doubtful(`! skipped ${plainText(name)}: ${plainText(reason)}`)),
    '',
    summarise(trends),
  ].join('\n')
}

function renderTrend(trend: Trend, longest: number, palette: Palette): string[] {
  const { series, level } = trend
  const head = `  ${plainText(series.key, longest).padEnd(longest)}  ${show(level, series).padStart(10)}  ${sparkline(series.points.map(({ value }) => value))}`
  return [head, ...describeTrend(trend).map(({ text, mood }) => `      ${palette[mood](text)}`)]
}

export interface Remark {
  text: string
  mood: 'bad' | 'good' | 'doubtful' | 'faint'
}

/** What is to be said of a trend, each as a sentence; nothing when the level simply stands. */
export function describeTrend(trend: Trend): Remark[] {
  const { series, changes, anomalies, drift, forecast, targetBreak } = trend
  const remarks: Remark[] = changes.map((change) => ({
    text: `${mark(change.worse)} ${describeChange(change, series)}`,
    mood: change.worse ? 'bad' : 'good',
  }))
  for (const { point, expected } of anomalies) {
    remarks.push({
      text: `? run ${plainText(point.id)} stands alone: ${show(point.value, series)}, its neighbours suggest ${show(expected, series)}`,
      mood: 'doubtful',
    })
  }
  if (drift !== null) {
    const size = series.unit === '%' ? `${signed(drift.change)} percentage points` : `${signed(drift.change)}%`
    remarks.push({
      text: `${mark(drift.worse)} drifts slowly: ${size} over ${count(drift.runs, 'run')}, since ${plainText(drift.from.id)}`,
      mood: drift.worse ? 'bad' : 'good',
    })
  }
  if (forecast !== null) {
    const [low, high] = forecast.interval
    const { error, naiveError, origins } = forecast.backTest
    const saved = ((1 - error / naiveError) * 100).toFixed(0)
    remarks.push({
      text: `→ in ${forecast.horizon} runs ${show(forecast.value, series)}, ${forecast.confidence * 100}% between ${show(low, series)} and ${show(high, series)} (tried ${origins} times on the past: ${saved}% nearer than "the same as last time")`,
      mood: 'faint',
    })
  }
  if (targetBreak?.kind === 'broken') {
    const { since, limit } = targetBreak
    remarks.push({
      text: `✗ misses its target of ${show(limit, series)} since run ${plainText(since.id)}`,
      mood: 'bad',
    })
  }
  if (targetBreak?.kind === 'expected') {
    const { inRuns, earliestInRuns, limit, date } = targetBreak
    const when = earliestInRuns < inRuns ? `${earliestInRuns} to ${inRuns}` : String(inRuns)
    remarks.push({
      text: `✗ will miss its target of ${show(limit, series)} in ${when} runs, about ${date.slice(0, 10)}, if it goes on so`,
      mood: 'bad',
    })
  }
  return remarks
}

function describeChange({ point, previous, before, after, ratio }: LevelChange, series: Series): string {
  const size = ratio === null || series.unit === '%' ? '' : `${formatChange(ratio)}, `
  const commits =
    point.commit === null || previous.commit === null
      ? ''
      : `, between ${previous.commit.slice(0, 7)} and ${point.commit.slice(0, 7)}`
  return `changed at run ${plainText(point.id)}: ${size}${show(before, series)} to ${show(after, series)}${plainText(commits)}`
}

function summarise(trends: readonly Trend[]): string {
  const worse = trends.filter(({ changes, drift }) => changes.at(-1)?.worse === true || drift?.worse === true).length
  const broken = trends.filter(({ targetBreak }) => targetBreak?.kind === 'broken').length
  const coming = trends.filter(({ targetBreak }) => targetBreak?.kind === 'expected').length
  const anomalies = trends.reduce((sum, trend) => sum + trend.anomalies.length, 0)
  return [
    `${count(trends.length, 'benchmark')}: ${worse} got worse at the last change or drift`,
    `${count(anomalies, 'disturbed run')}`,
    ...(broken > 0 ? [`${broken} miss their target`] : []),
    ...(coming > 0 ? [`${coming} will miss their target if it goes on so`] : []),
  ].join(', ')
}

function show(value: number, { unit }: Series): string {
  return formatInUnit(value, unit)
}

function signed(value: number): string {
  return `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(1)}`
}

function mark(worse: boolean): string {
  return worse ? '✗' : '✓'
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
