import { existsSync } from 'node:fs'
import type { ResolvedTarget } from '../options.ts'
import { redactSecrets } from '../run/redact-secrets.ts'
import { InputError } from '../store/input-error.ts'
import { targetSecrets } from './target-secrets.ts'

type Gateway = Extract<ResolvedTarget, { kind: 'gateway' }>

/** How long a gateway may take to list its models, and to answer one small call, ms. */
const patienceMs = 15_000

/**
 * Makes sure that a target can be measured before anything is: it is there, lets us in, and serves the models that will be asked.
 * @param wanted models by the suite's names; of others only those that the target's own `models` and `model` name are known
 * @returns the target; its `model` is filled in where the gateway has a single one and nobody chose
 * @throws InputError saying what is wrong and what to do
 */
export async function checkTarget(
  target: ResolvedTarget,
  wanted: readonly string[],
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Promise<ResolvedTarget> {
  if (target.kind === 'module') {
    if (!existsSync(target.path)) throw new InputError(`Cannot measure ${target.path}: no such module`)
    return target
  }
  const ask = (path: string, body?: unknown) => request(target, path, body, fetch)
  const listed = await listModels(target, ask)
  const chosen = chooseModel(target, wanted, listed)
  const { models, model } = chosen
  const asked = [...wanted.map((name) => models[name] ?? model ?? name), ...Object.values(models), model ?? []].flat()
  // One call tells more than a list: names may be served that are not listed, and a key may list but not call.
  const doubtful = asked.find((name) => !isListed(name, listed)) ?? asked[0]
  if (doubtful !== undefined) await tryModel(chosen, doubtful, listed, ask)
  return chosen
}

interface Answer {
  status: number
  body: string
}

type Ask = (path: string, body?: unknown) => Promise<Answer>

async function request(target: Gateway, path: string, body: unknown, fetch: typeof globalThis.fetch): Promise<Answer> {
  const url = `${target.url}${path}`
  try {
    const response = await fetch(url, {
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...target.headers },
      signal: AbortSignal.timeout(patienceMs),
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.text() }
  } catch (cause) {
    throw new InputError(
      `Cannot reach the target ${target.url}: ${reason(cause)}. Start it, or correct the option \`target\``,
      { cause },
    )
  }
}

/** Names of the models that the gateway says it has; null where it does not say. */
async function listModels(target: Gateway, ask: Ask): Promise<string[] | null> {
  const { status, body } = await ask(target.api === 'ollama' ? '/api/tags' : '/models')
  refuseUnauthorised(target, status)
  if (status !== 200) return null
  try {
    const { data, models } = JSON.parse(body) as { data?: { id: string }[]; models?: { name: string }[] }
    return data?.map(({ id }) => id) ?? models?.map(({ name }) => name) ?? null
  } catch {
    return null
  }
}

function chooseModel(target: Gateway, wanted: readonly string[], listed: readonly string[] | null): Gateway {
  const [only, ...others] = listed ?? []
  const unsaid = target.model === null && Object.keys(target.models).length === 0
  const fits = wanted.every((name) => isListed(name, listed))
  return unsaid && !fits && only !== undefined && others.length === 0 ? { ...target, model: only } : target
}

/** Ollama lists `name:latest` for what may be called `name`. */
function isListed(name: string, listed: readonly string[] | null): boolean {
  return listed?.some((each) => each === name || each === `${name}:latest`) ?? false
}

async function tryModel(target: Gateway, model: string, listed: readonly string[] | null, ask: Ask): Promise<void> {
  const messages = [{ role: 'user', content: 'Say yes.' }]
  const { status, body } =
    target.api === 'ollama'
      ? await ask('/api/chat', { model, messages, stream: false, options: { num_predict: 1 } })
      : await ask('/chat/completions', { model, messages, max_tokens: 1 })
  refuseUnauthorised(target, status)
  // Too many requests at the moment is still an answer.
  if ((status >= 200 && status < 300) || status === 429) return
  const said = redactSecrets(body.replace(/\s+/g, ' ').slice(0, 200), targetSecrets(target))
  const choice = listed === null || listed.length === 0 ? '' : ` It lists ${shorten(listed)}.`
  throw new InputError(
    `The target ${target.url} answers ${status} when asked for the model "${model}": ${said || 'no reason given'}.${choice} ` +
      `Name a model of its own: --target '{"url":"${target.url}","model":"…"}'`,
  )
}

function refuseUnauthorised({ url, headers }: Gateway, status: number): void {
  if (status !== 401 && status !== 403) return
  const given = Object.keys(headers)
  throw new InputError(
    `The target ${url} refuses us (${status}): ${
      given.length === 0 ? 'give its key as a header' : `check its headers (${given.join(', ')})`
    }, e.g. --target '{"url":"${url}","headers":{"authorization":"Bearer …"}}'`,
  )
}

function shorten(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(', ')
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown
}

function reason(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: NodeJS.ErrnoException }
  if (name === 'TimeoutError') return `no answer within ${patienceMs / 1000} s`
  if (cause?.code === 'ECONNREFUSED') return 'connection refused'
  if (cause?.code === 'ENOTFOUND') return 'no such host'
  return cause?.message || message
}
