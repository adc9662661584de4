import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { deflateSync } from 'node:zlib'

/**
 * Does `units` pieces of work, about 10 µs each: 105 instead of 100 is a slowdown of 5 % in the code itself.
 * Returns something that depends on all of it.
 */
export type Workload = (units: number) => number | Promise<number>

const words = Array.from({ length: 200 }, (_, index) => `word${(index * 7919) % 1000}`)
const text = words.join(' ')
const record = { id: 1, name: 'cache', tags: words.slice(0, 20), nested: { a: [1, 2, 3], b: { c: 'x'.repeat(50) } } }
const json = JSON.stringify(record)
const numbers = Array.from({ length: 150 }, (_, index) => (index * 7919) % 1009)
const bytes = Buffer.from(text.repeat(4))
const file = new URL(import.meta.url)
const opened = await open(file)
const buffer = Buffer.alloc(64)

/** CPU, allocation-heavy, asynchronous and I/O, each at least twice. */
export const workloads: Record<string, Workload> = {
  'cpu: integer mixing': (units) => {
    let state = 1
    for (let unit = 0; unit < units; unit++) {
      for (let step = 0; step < 6000; step++) state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + step
    }
    return state
  },
  'cpu: float': (units) => {
    let sum = 0
    for (let unit = 0; unit < units; unit++)
      for (let step = 1; step < 900; step++) sum += Math.sqrt(step) * Math.sin(step + unit)
    return sum
  },
  'cpu: regular expressions': (units) => {
    let found = 0
    for (let unit = 0; unit < units; unit++) found += text.match(/word(\d)\1\d/g)?.length ?? 0
    return found
  },
  'cpu: sorting': (units) => {
    let sum = 0
    for (let unit = 0; unit < units; unit++) sum += numbers.toSorted((a, b) => a - b)[unit % 150]!
    return sum
  },
  'cpu: hashing': (units) => {
    let sum = 0
    for (let unit = 0; unit < units; unit++) sum += createHash('sha256').update(bytes).digest()[0]!
    return sum
  },
  'allocation: objects': (units) => {
    let sum = 0
    for (let unit = 0; unit < units; unit++) {
      const list = []
      for (let index = 0; index < 400; index++) list.push({ index, next: { value: unit + index } })
      sum += list[unit % 400]!.next.value
    }
    return sum
  },
  'allocation: strings': (units) => {
    let sum = 0
    for (let unit = 0; unit < units; unit++) sum += words.map((word) => `${word}-${unit}`).join(',').length
    return sum
  },
  'allocation: JSON': (units) => {
    let sum = 0
    for (let unit = 0; unit < units; unit++) sum += JSON.stringify(JSON.parse(json)).length
    return sum
  },
  'allocation: maps': (units) => {
    let sum = 0
    for (let unit = 0; unit < units; unit++) {
      const map = new Map<string, number>()
      for (const word of words) map.set(word, (map.get(word) ?? 0) + 1)
      sum += map.size
    }
    return sum
  },
  'async: awaits': async (units) => {
    let sum = 0
    for (let unit = 0; unit < units; unit++) for (let step = 0; step < 60; step++) sum += await Promise.resolve(step)
    return sum
  },
  'async: parallel promises': async (units) => {
    let sum = 0
    for (let unit = 0; unit < units; unit++) {
      const all = await Promise.all(Array.from({ length: 40 }, async (_, index) => index + unit))
      sum += all.length
    }
    return sum
  },
  'async: immediates': async (units) => {
    let sum = 0
    for (let unit = 0; unit < units; unit++) {
      await new Promise<void>((resolve) => setImmediate(resolve))
      sum += unit
    }
    return sum
  },
  'io: reading a file': (units) => {
    let sum = 0
    for (let unit = 0; unit < units; unit++) sum += readFileSync(file).length
    return sum
  },
  'io: reading a file, asynchronous': async (units) => {
    let sum = 0
    for (let unit = 0; unit < units; unit++) sum += (await opened.read(buffer, 0, 64, 0)).bytesRead
    return sum
  },
  'io: compression': (units) => {
    let sum = 0
    for (let unit = 0; unit < units; unit++) sum += deflateSync(bytes, { level: 1 }).length
    return sum
  },
}
