/**
 * Colours of all pictures, told apart by people with any kind of colour vision (Okabe and Ito 2008, "Color Universal Design"),
 * each with a lighter twin for dark pages. Shapes and positions carry the same meaning once more.
 */
export const colours = {
  text: { light: '#24292f', dark: '#d0d7de' },
  faint: { light: '#57606a', dark: '#9198a1' },
  line: { light: '#d5dae0', dark: '#3a424c' },
  first: { light: '#0072b2', dark: '#56b4e9' },
  second: { light: '#d55e00', dark: '#ff9248' },
  third: { light: '#007a5a', dark: '#2fc79a' },
  fourth: { light: '#8a4a78', dark: '#e39ccb' },
  background: { light: '#ffffff', dark: '#15191e' },
} as const

/** What a chart description uses: the light values; `themeText` swaps them for the page's. */
export const ink = Object.fromEntries(Object.entries(colours).map(([name, { light }]) => [name, light])) as Record<
  keyof typeof colours,
  string
>

const lightValues = new RegExp(Object.values(ink).join('|'), 'gi')
const nameOf = new Map(Object.entries(ink).map(([name, light]) => [light, name]))

/**
 * Replaces the chart colours in an SVG by the page's custom properties, so that one picture serves light and dark.
 * @example themeText('fill="#0072b2"') // 'fill="var(--chart-first)"'
 */
export function themeText(text: string): string {
  return text.replace(lightValues, (colour) => `var(--chart-${nameOf.get(colour.toLowerCase())})`)
}
