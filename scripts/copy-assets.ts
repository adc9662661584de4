/** The files of the build that are not compiled; part of `npm run build`. */
import { cpSync } from 'node:fs'

for (const file of ['reporters/html/page.js', 'reporters/html/page.css', 'baseline/targets.json'])
  cpSync(file, `dist/${file}`)
