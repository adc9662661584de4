import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { InputError } from './input-error.ts'

/**
 * Makes sure, without leaving anything, that files can be written into a folder, whether it exists yet or not.
 * @throws InputError
 */
export function checkFolder(folder: string): void {
  let nearest = folder
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest)
  if (!statSync(nearest).isDirectory()) {
    throw new InputError(`Cannot write to ${folder}: ${nearest} is a file where a folder is needed`)
  }
  try {
    accessSync(nearest, constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw new InputError(`Cannot write to ${folder}: no permission for ${nearest}`, { cause })
  }
}
