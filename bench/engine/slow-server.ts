import { createServer } from 'node:http'

/** Answers every request after 2 ms. Run as a process of its own; prints its port. Ends when its parent does. */
const server = createServer((_request, response) => {
  setTimeout(() => response.end('ok'), 2)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address) process.stdout.write(`${address.port}\n`)
})
process.stdin.resume().on('end', () => process.exit(0))
