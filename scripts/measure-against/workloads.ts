/**
 * Units of work of a workload, by its name: the base does 100 of them, and each costs the same. Each workload gives something that
 * depends on all of its work, so that the compiler can leave nothing out.
 */
export const workloads: Record<string, string> = {
  integer: 'let s = 0; for (let i = 0; i < units * 10; i++) s = (s * 31 + i) | 0; return s',
  float: 'let s = 1; for (let i = 0; i < units * 10; i++) s = Math.sqrt(s + i * 0.5); return s',
  parse: 'let s = 0; for (let i = 0; i < units; i++) s += JSON.parse(text).length; return s',
  stringify: 'let s = 0; for (let i = 0; i < units; i++) s += JSON.stringify(items).length; return s',
  regex: 'let s = 0; for (let i = 0; i < units; i++) s += line.match(/\\b\\w+ing\\b/g).length; return s',
  strings: "let s = 0; for (let i = 0; i < units; i++) s += line.split(' ').join('-').length; return s",
  maps: 'let s = 0; for (let i = 0; i < units; i++) { const m = new Map(); for (let k = 0; k < 10; k++) m.set(k, (m.get(k - 1) ?? i) + k); s += m.get(9) } return s',
  sort: 'let s = 0; for (let i = 0; i < units; i++) s += numbers.toSorted((a, b) => a - b)[0]; return s',
  objects:
    "const kept = []; for (let i = 0; i < units; i++) { const a = []; for (let k = 0; k < 4; k++) a.push({ i, s: 'x' + k }); kept[i % 8] = a } return kept.length",
  buffers: 'let s = 0; for (let i = 0; i < units; i++) s += new Uint8Array(256).fill(i)[9]; return s',
  closures:
    'let s = 0; for (let i = 0; i < units; i++) s += numbers.map((n) => n + i).filter((n) => n % 2).length; return s',
  hash: "let s = 0; for (let i = 0; i < units; i++) s += createHash('sha256').update(line).digest()[0]; return s",
  awaits: 'let s = 0; for (let i = 0; i < units; i++) s += await i; return s',
  timers: 'for (let i = 0; i < units; i++) await new Promise((done) => setImmediate(done)); return units',
  http: 'let s = 0; for (let i = 0; i < units; i++) s += (await request()).length; return s',
}

/** A benchmark file of all of them, which imports the number of units from the version it is of. */
export function benchFile(names: readonly string[]): string {
  const tests = names.map((name) => {
    const body = workloads[name]!
    const work = `${/\bawait\b/.test(body) ? 'async ' : ''}() => { ${body} }`
    return `test('${name}', async ({ bench }) => { await bench('${name}', { category: 'eval' }, ${work}).run() })`
  })
  return `${preamble}${tests.join('\n')}\n`
}

const preamble = `import { createHash } from 'node:crypto'
import { Agent, createServer, get } from 'node:http'
import { afterAll, beforeAll, test } from 'vitest'
import { units as configured } from './units.js'
const units = configured
const items = Array.from({ length: 10 }, (_, index) => ({ index, name: 'item ' + index }))
const text = JSON.stringify(items)
const line = 'while running and walking the king was singing a long and winding thing '.repeat(2)
const numbers = Array.from({ length: 50 }, (_, index) => (index * 7919) % 101)
const agent = new Agent({ keepAlive: true })
const server = createServer((_, response) => response.end('fine'))
const request = () => new Promise((resolve, reject) => {
  get({ port: server.address().port, host: '127.0.0.1', agent }, (response) => {
    let body = ''
    response.on('data', (chunk) => { body += chunk }).on('end', () => resolve(body))
  }).on('error', reject)
})
beforeAll(() => new Promise((done) => server.listen(0, '127.0.0.1', done)))
afterAll(() => { agent.destroy(); server.close() })
`
