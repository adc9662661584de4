import { createRequire } from 'node:module'
import { Resvg } from '@resvg/resvg-js'

const require = createRequire(import.meta.url)
const fonts = ['dejavu-fonts-ttf/ttf/DejaVuSans.ttf', 'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf']

/** Scripts that the fonts of the package do not cover: only these make it look for fonts of the machine. */
const otherScripts =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Devanagari}\p{Script=Thai}\p{Emoji_Presentation}]/u

/** An SVG as PNG at twice its size. Text is drawn with the fonts that come with this package. */
export function renderPng(svg: string): Uint8Array {
  return new Resvg(svg, {
    fitTo: { mode: 'zoom', value: 2 },
    font: {
      fontFiles: fonts.map((font) => require.resolve(font)),
      loadSystemFonts: otherScripts.test(svg),
      defaultFontFamily: 'DejaVu Sans',
    },
  })
    .render()
    .asPng()
}
