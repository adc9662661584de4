import type { Carrier } from './carrier.ts'

export interface Call {
  readonly path: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/**
 * What a client sees of a call, as text, with everything that depends on the moment masked. Headers on limits are the same
 * on every answer, so they are shown only where asked for.
 */
export async function transcribe(
  carrier: Carrier,
  { path, body, headers }: Call,
  showLimits: boolean,
): Promise<string> {
  const method = body === undefined ? 'GET' : 'POST'
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await carrier.fetch(carrier.origin + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(text === undefined ? {} : { body: text }),
  })
  const seen = [...response.headers]
    .filter(([name]) => !carrierHeaders.has(name) && (showLimits || !name.includes('ratelimit')))
    .map(([name, value]) => `${name}: ${name.includes('reset') || name.endsWith('-ms') ? maskTime(value) : value}`)
  const answer = await response.text()
  return [`> ${method} ${path} ${text ?? ''}`, `< ${response.status}`, ...seen, '', maskMoments(answer)].join('\n')
}

/** Headers that belong to the connection, not to the provider. */
const carrierHeaders = new Set(['connection', 'date', 'keep-alive', 'content-length', 'transfer-encoding'])

const maskTime = (value: string) => value.replace(/\d[\d:.TZ-]*/g, '<time>')

function maskMoments(text: string): string {
  return text
    .replace(/"(created|\w+_duration)":\d+/g, '"$1":<time>')
    .replace(/"(created_at|expires_at)":"[^"]*"/g, '"$1":<time>')
}
