import type { Driver } from 'unstorage'
import type { HistoryStore } from './history-store.ts'
import { InputError } from './input-error.ts'

/**
 * History in any place that an unstorage driver reaches: Redis, S3 and its like, Azure, Cloudflare, …
 * @param prefix kept before every name, so that a store can be shared; only letters, digits, `.`, `_`, `-` and `/`
 */
export function historyDriver(driver: Driver, place: string, prefix = ''): HistoryStore {
  const base = prefix === '' ? '' : `${prefix.replace(/\/+$/, '').replaceAll('/', ':')}:`
  const attempt = async <T>(what: string, action: () => T | Promise<T>): Promise<T> => {
    try {
      return await action()
    } catch (cause) {
      throw new InputError(`Cannot ${what} the history in ${place}: ${(cause as Error).message}`, { cause })
    }
  }
  return {
    place,
    list: () =>
      attempt('read', async () => {
        const names = (await driver.getKeys('', {})).map((name) => name.replaceAll('/', ':'))
        return names.filter((name) => name.startsWith(base)).map((name) => name.slice(base.length))
      }),
    read: (name) =>
      attempt('read', async () => {
        const content = await driver.getItem(base + name)
        return content === null || content === undefined ? null : String(content)
      }),
    write: (name, content) =>
      attempt('write', async () => {
        if (driver.setItem === undefined) throw new Error('it is read-only')
        await driver.setItem(base + name, content, {})
      }),
    close: async () => {
      await driver.dispose?.()
    },
  }
}
