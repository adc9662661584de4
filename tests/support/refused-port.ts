import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'

/** A port of 127.0.0.1 that refuses connections, and on which nobody else can listen until it is disposed of. */
export async function refusedPort(): Promise<{ port: number } & Disposable> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  // The near end of a connection: its port is taken, and nothing listens there.
  const connection = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(connection, 'connect')
  return {
    port: connection.localPort!,
    [Symbol.dispose]: () => {
      connection.destroy()
      server.close()
    },
  }
}
