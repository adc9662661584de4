import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RunProgress } from './run-progress.ts'

/** The page of a run that is going on, at `url` until `close()`. */
export interface LiveView {
  url: string
  progress(state: RunProgress): void
  /** Replaces the page; open ones load it anew. */
  show(html: string): void
  close(): Promise<void>
}

/**
 * Serves the HTML report on 127.0.0.1 while a run goes on, with its progress as server-sent events. Requests under another host
 * name are refused, so that no web page can read it through a name that it points here (DNS rebinding).
 * @param html the page to begin with
 * @param port 0 for any free one
 */
export async function startLiveView(html: string, port = 0): Promise<LiveView> {
  let page = html
  let last: RunProgress | null = null
  const listeners = new Set<ServerResponse>()
  const send = (response: ServerResponse, event: string, data: unknown) =>
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)

  const server = createServer((request, response) => {
    const { port: own } = server.address() as AddressInfo
    if (request.headers.host !== `127.0.0.1:${own}` && request.headers.host !== `localhost:${own}`) {
      response.writeHead(403).end()
      return
    }
    if (request.method !== 'GET') {
      response.writeHead(405).end()
    } else if (request.url === '/') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(page)
    } else if (request.url === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      response.flushHeaders()
      if (last !== null) send(response, 'progress', last)
      listeners.add(response)
      response.on('close', () => listeners.delete(response))
    } else {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  // The view must not keep a finished run from ending.
  server.unref()

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    progress(state) {
      last = state
      for (const listener of listeners) send(listener, 'progress', state)
    },
    show(next) {
      page = next
      for (const listener of listeners) send(listener, 'report', {})
    },
    close: () =>
      new Promise((resolve) => {
        for (const listener of listeners) listener.end()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
