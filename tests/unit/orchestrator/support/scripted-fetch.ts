/** What a scripted fetch answers: a response, an error to throw, or nothing until the signal aborts. */
export type Scripted = Response | Error | 'hang' | ((url: string, body: unknown) => Response)

export interface ScriptedFetch {
  fetch: typeof globalThis.fetch
  requests: { url: string; body: Record<string, unknown>; headers: Headers }[]
}

/** A `fetch` that answers from a list, the last entry for ever; needs no network. */
export function scriptedFetch(...script: readonly Scripted[]): ScriptedFetch {
  const requests: ScriptedFetch['requests'] = []
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const body = typeof init?.body === 'string' ? JSON.parse(init.body) : {}
    requests.push({ url: String(input), body, headers: new Headers(init?.headers) })
    const step = script[Math.min(requests.length, script.length) - 1]!
    if (step instanceof Error) throw step
    if (typeof step === 'function') return step(String(input), body)
    if (step === 'hang') {
      return new Promise((_, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
      })
    }
    return step.clone()
  }
  return { fetch: fetch as typeof globalThis.fetch, requests }
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
}

/** A body that comes in the chunks given. */
export function chunked(chunks: readonly (string | Uint8Array)[], headers: Record<string, string> = {}): Response {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(typeof chunk === 'string' ? encoder.encode(chunk) : chunk)
      controller.close()
    },
  })
  return new Response(body, { headers })
}

export function openAiAnswer(content = 'hello', usage: object | null = { prompt_tokens: 10, completion_tokens: 5 }) {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-4o',
    choices: [
      { index: 0, message: { role: 'assistant', content, refusal: null }, logprobs: null, finish_reason: 'stop' },
    ],
    ...(usage ? { usage } : {}),
  }
}

export function openAiError(
  status: number,
  code: string | null,
  type = 'invalid_request_error',
  headers = {},
): Response {
  return json({ error: { message: `failed with ${status}`, type, param: null, code } }, status, headers)
}
