/** How failures are counted: by code where there is one (`ECONNREFUSED`), else by the error's name. */
export function failureKind(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error
  const { code, name } = error as { code?: unknown; name?: unknown }
  if (typeof code === 'string' && code !== '') return code
  return typeof name === 'string' && name !== '' ? name : 'Error'
}
