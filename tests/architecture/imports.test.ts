import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, sep } from 'node:path'
import { parseSync } from 'oxc-parser'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** What each room may import; a file belongs to the room with the longest matching name. */
const mayImport: Record<string, string[]> = {
  'plugin/run': [],
  'plugin/options.ts': [],
  'plugin/statistics': [],
  'plugin/sessions': [],
  'plugin/judge': ['plugin/run', 'plugin/options.ts', 'plugin/statistics'],
  'plugin/compare': ['plugin/run', 'plugin/options.ts', 'plugin/statistics', 'plugin/judge'],
  'plugin/analyse': ['plugin/run', 'plugin/judge', 'plugin/statistics'],
  'plugin/store': ['plugin/run', 'plugin/judge', 'plugin/statistics'],
  'plugin/system': ['plugin/run', 'plugin/options.ts', 'plugin/store'],
  'plugin/measure': ['plugin/run', 'plugin/options.ts', 'plugin/statistics'],
  'plugin/duet': [
    'plugin/run',
    'plugin/options.ts',
    'plugin/statistics',
    'plugin/measure',
    'plugin/judge',
    'plugin/compare',
    'plugin/store',
  ],
  reporters: [
    'plugin/run',
    'plugin/options.ts',
    'plugin/statistics',
    'plugin/sessions',
    'plugin/judge',
    'plugin/compare',
    'plugin/analyse',
    'plugin/store',
    'plugin/system',
  ],
  'plugin/verdict-plugin.ts': ['*'],
  'plugin/cli': ['*'],
  'plugin/index.ts': ['*'],
  fixtures: [],
  bench: ['*'],
  tests: ['*'],
  examples: ['*'],
  eval: ['*'],
  scripts: ['*'],
}

interface Import {
  from: string
  to: string
  /** Erased when types are stripped: matters for layering, not for cycles at run time. */
  typeOnly: boolean
}

const files = globSync('{plugin,reporters,fixtures,bench,tests,examples,eval,scripts}/**/*.ts', { cwd: root })
  .map((file) => file.split(sep).join('/'))
  .filter((file) => !file.includes('node_modules/') && !file.startsWith('tests/e2e/projects/'))

const imports = files.flatMap(importsOf)

function importsOf(file: string): Import[] {
  const { module } = parseSync(file, readFileSync(join(root, file), 'utf8'))
  const found = [
    ...module.staticImports.map((each) => ({
      path: each.moduleRequest.value,
      typeOnly: each.entries.length > 0 && each.entries.every((entry) => entry.isType),
    })),
    ...module.staticExports.flatMap((each) =>
      each.entries.flatMap((entry) =>
        entry.moduleRequest ? [{ path: entry.moduleRequest.value, typeOnly: entry.isType }] : [],
      ),
    ),
  ]
  return found
    .filter(({ path }) => path.startsWith('.'))
    .map(({ path, typeOnly }) => ({
      from: file,
      to: relative(root, normalize(join(root, dirname(file), path)))
        .split(sep)
        .join('/'),
      typeOnly,
    }))
}

function roomOf(file: string): string | undefined {
  return Object.keys(mayImport)
    .filter((room) => file === room || file.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0]
}

describe('the house', () => {
  test('has rules for every room', () => {
    expect(files.filter((file) => roomOf(file) === undefined)).toEqual([])
    expect(files.length).toBeGreaterThan(20)
  })

  test('imports one way between rooms', () => {
    const wrong = imports.filter(({ from, to }) => {
      const [room, target] = [roomOf(from), roomOf(to)]
      if (room === undefined || target === undefined || room === target) return false
      const allowed = mayImport[room] ?? []
      return !allowed.includes('*') && !allowed.includes(target)
    })
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
  })

  test('has no cycle', () => {
    expect(findCycle(imports.filter(({ typeOnly }) => !typeOnly))).toBeNull()
  })

  test('finds a cycle where there is one', () => {
    const edge = (from: string, to: string) => ({ from, to, typeOnly: false })
    expect(findCycle([edge('a', 'b'), edge('b', 'c'), edge('c', 'b')])).toEqual(['b', 'c', 'b'])
  })
})

function findCycle(edges: readonly Import[]): string[] | null {
  const next = new Map<string, string[]>()
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to])
  const finished = new Set<string>()
  const visit = (file: string, path: string[]): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (finished.has(file)) return null
    for (const target of next.get(file) ?? []) {
      const cycle = visit(target, [...path, file])
      if (cycle) return cycle
    }
    finished.add(file)
    return null
  }
  for (const file of next.keys()) {
    const cycle = visit(file, [])
    if (cycle) return cycle
  }
  return null
}
