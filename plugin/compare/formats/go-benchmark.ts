import { createGatherer, type Format, ImportError } from '../imported.ts'
import { isThroughput, timeFactor } from '../time-units.ts'

const benchmarkLine = /^Benchmark\S*\s+\d+\s/
const anyBenchmarkLine = new RegExp(benchmarkLine, 'm')

/**
 * Text of `go test -bench` (golang.org/design/14313-benchmark-format), each line one session. A name carries its package, and
 * its `-N` processors, as runs on other numbers of processors are not alike.
 */
export const goBenchmark: Format = {
  name: 'go',
  title: 'Go benchmark text',
  recognises: (content, text) => content === undefined && anyBenchmarkLine.test(text),
  read(_content, text) {
    const gatherer = createGatherer()
    let prefix = ''
    let number = 0
    let found = 0
    for (const line of lines(text)) {
      number++
      if (line.startsWith('pkg:')) {
        prefix = `${line.slice(4).trim()}.`
        continue
      }
      if (!benchmarkLine.test(line)) continue
      found++
      const [name, , ...pairs] = line.trim().split(/\s+/)
      if (pairs.length === 0 || pairs.length % 2 !== 0) {
        throw new ImportError(`line ${number}: a value without a unit in "${line.trim().slice(0, 80)}"`)
      }
      for (let at = 0; at < pairs.length; at += 2) {
        const value = Number(pairs[at])
        const unit = pairs[at + 1]!
        if (Number.isNaN(value)) throw new ImportError(`line ${number}: "${pairs[at]!.slice(0, 40)}" is no number`)
        const time = timeFactor(unit)
        const direction = isThroughput(unit) ? 'higher' : 'lower'
        const shape = { unit: time === null ? (unit === 'B/op' ? 'B' : unit) : 'ns', direction, gate: true } as const
        gatherer.add(prefix + name!, unit, shape, [value * (time ?? 1)])
      }
    }
    if (found === 0) throw new ImportError('no line begins with "Benchmark" and has a count and values')
    return { format: 'go', benchmarks: gatherer.finish(), warnings: [] }
  },
}

/** Line by line, without an array of all of them. */
function* lines(text: string): Generator<string> {
  for (let from = 0; from <= text.length; ) {
    const end = text.indexOf('\n', from)
    const to = end === -1 ? text.length : end
    yield text.slice(from, to)
    from = to + 1
  }
}
