import type { Duplex } from 'node:stream'
import type { ChannelOptions } from 'birpc'

/** Calls over a stream: one line of JSON each. */
export function lockstepChannel(stream: Duplex): ChannelOptions {
  stream.setEncoding('utf8')
  return {
    post: (line: string) => void stream.write(`${line}\n`),
    on(listener) {
      let rest = ''
      stream.on('data', (text: string) => {
        const lines = (rest + text).split('\n')
        rest = lines.pop()!
        for (const line of lines) listener(line)
      })
    },
    serialize: JSON.stringify,
    deserialize: JSON.parse,
  }
}
