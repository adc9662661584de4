import type { ResolvedTarget } from '../options.ts'

/**
 * A name for what is measured that can be part of a file's name: two systems share no baseline.
 * @example nameTarget({ kind: 'module', path: '/home/me/my-system.ts' }) // 'my-system'
 */
export function nameTarget(target: ResolvedTarget): string {
  const name =
    target.kind === 'gateway'
      ? target.url.replace(/^https?:\/\//, '').replace(/\/v1$/, '')
      : target.path.replace(/^.*[\\/]/, '').replace(/\.\w+$/, '')
  return name.replace(/[^\w.]+/g, '-')
}
