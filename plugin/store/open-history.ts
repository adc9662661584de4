import { resolve } from 'node:path'
import { historyDriver } from './history-driver.ts'
import { historyFiles } from './history-files.ts'
import type { HistoryStore } from './history-store.ts'
import { InputError } from './input-error.ts'

type Environment = Record<string, string | undefined>

/** How long to wait for a store on the network before giving up, ms. */
const patience = 5_000

/**
 * Opens the history at a location: a folder, `redis://host:port/0`, or `s3://bucket/prefix` (with `AWS_ACCESS_KEY_ID`,
 * `AWS_SECRET_ACCESS_KEY`, `AWS_REGION` and, for other object stores, `AWS_ENDPOINT_URL`).
 * @throws InputError when the location makes no sense, or a package that it needs is not installed
 */
export async function openHistory(
  location: string,
  { cwd, env }: { cwd: string; env: Environment },
): Promise<HistoryStore> {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(location)?.[1]?.toLowerCase()
  switch (scheme) {
    case undefined:
      return historyFiles(resolve(cwd, location))
    case 'redis':
    case 'rediss':
      return openRedis(location)
    case 's3':
      return openS3(location, env)
    default:
      throw new InputError(
        `Cannot keep history in ${scheme}://…: use a folder, redis://, rediss:// or s3://, or give the plugin a store of your own`,
      )
  }
}

async function openRedis(location: string): Promise<HistoryStore> {
  const url = new URL(location)
  const prefix = url.searchParams.get('prefix') ?? 'vitest-verdict'
  url.search = ''
  const { default: redis } = await load(() => import('unstorage/drivers/redis'), 'unstorage ioredis')
  const driver = redis({
    url: url.href,
    base: prefix,
    connectTimeout: patience,
    maxRetriesPerRequest: 1,
    retryStrategy: (times) => (times > 2 ? null : 100),
  })
  // Without a listener the library prints every failed attempt; the command that was tried reports it anyway.
  const client = driver.getInstance?.() as { on?(event: 'error', listener: () => void): void } | undefined
  client?.on?.('error', () => {})
  return historyDriver(driver, `${url.protocol}//${url.host}${url.pathname} (${prefix})`)
}

async function openS3(location: string, env: Environment): Promise<HistoryStore> {
  const { hostname: bucket, pathname } = new URL(location)
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? 'us-east-1'
  const accessKeyId = env.AWS_ACCESS_KEY_ID
  const secretAccessKey = env.AWS_SECRET_ACCESS_KEY
  if (!accessKeyId || !secretAccessKey) {
    throw new InputError(`Cannot open ${location}: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`)
  }
  const { default: s3 } = await load(() => import('unstorage/drivers/s3'), 'unstorage aws4fetch')
  const endpoint = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL ?? `https://s3.${region}.amazonaws.com`
  const driver = s3({ accessKeyId, secretAccessKey, endpoint, bucket, region })
  return historyDriver(driver, location, pathname.replace(/^\/+/, ''))
}

async function load<T>(module: () => Promise<T>, packages: string): Promise<T> {
  try {
    return await module()
  } catch (cause) {
    throw new InputError(`This kind of history needs packages that are not installed: npm install -D ${packages}`, {
      cause,
    })
  }
}
