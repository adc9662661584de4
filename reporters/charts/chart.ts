/**
 * One picture, described once: drawn as SVG and PNG without a browser, and interactive in the HTML report. The option is plain
 * JSON (functions are named, see `axis-format.ts`), its colours are those of `colours.ts`.
 */
export interface Chart {
  /** Stem of its file name. */
  name: string
  title: string
  /** A sentence for people who see such a picture for the first time. */
  howToRead: string
  /** What the picture shows, in words and figures, for those who do not see it. */
  summary: string
  width: number
  height: number
  option: ChartOption
}

/** An ECharts option that survives JSON. */
export type ChartOption = { [name: string]: Json }
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json }
