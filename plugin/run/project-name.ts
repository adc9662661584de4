/**
 * The name of a project as the user knows it: Vitest calls the benchmark variant of a project `bench` or `NAME (bench)`.
 * @example projectName('api (bench)') // 'api'
 */
export function projectName(name: string): string {
  return name === 'bench' ? '' : name.replace(/ \(bench\)$/, '')
}
