/** `npm run example -- 1`, `-- 3 8` or `-- all` runs examples, one after the other, until one fails. */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'

const examples = globSync('[0-9]-*.ts', { cwd: import.meta.dirname }).toSorted()
const wanted = process.argv.slice(2)
const chosen = wanted.includes('all') ? examples : examples.filter((name) => wanted.includes(name.charAt(0)))

if (chosen.length === 0) {
  console.error(`Say which: npm run example -- <number> or all. There are: ${examples.join(', ')}`)
  process.exitCode = 3
}
for (const name of chosen) {
  console.log(`\n== ${name}`)
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, name)], { stdio: 'inherit' })
  process.exitCode = status ?? 1
  if (status !== 0) break
}
