import { styleText } from 'node:util'

/** Colours mark verdicts and never carry meaning alone; every text reads the same in `plainPalette`. */
export interface Palette {
  bad(text: string): string
  good(text: string): string
  doubtful(text: string): string
  faint(text: string): string
  strong(text: string): string
}

const same = (text: string) => text

export const plainPalette: Palette = { bad: same, good: same, doubtful: same, faint: same, strong: same }

/** ANSI colours, whatever the stream: whether colours are wanted is decided at the edge. */
export const colourPalette: Palette = {
  bad: style('red'),
  good: style('green'),
  doubtful: style('yellow'),
  faint: style('dim'),
  strong: style('bold'),
}

function style(format: 'red' | 'green' | 'yellow' | 'dim' | 'bold') {
  return (text: string) => styleText(format, text, { validateStream: false })
}
