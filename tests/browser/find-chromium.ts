import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Path of a Chromium of this machine; null when there is none. */
export function findChromium(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [process.env.CHROMIUM_PATH ?? '', ...candidates].find((path) => path !== '' && existsSync(path)) ?? null
}
