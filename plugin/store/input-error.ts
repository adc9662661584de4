/** Something given to us that cannot be used: a missing, damaged or foreign file. Ends a command with exit code 3. */
export class InputError extends Error {
  override name = 'InputError'
}
