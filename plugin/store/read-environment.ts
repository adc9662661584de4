import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem } from 'node:os'
import { relative, resolve } from 'node:path'
import type { Environment } from '../run/environment.ts'

/**
 * Reads the machine, the runtime and the commit this process runs on. Whatever cannot be known is null.
 * @param ours files and folders that we write ourselves, relative to the root: changes in them are none of the code
 */
export function readEnvironment(root: string, vitestVersion: string, ours: readonly string[] = []): Environment {
  return {
    platform: process.platform,
    arch: process.arch,
    osRelease: release(),
    ...boot(),
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    limits: { cpus: cgroupCpus(), memoryBytes: cgroupMemory() },
    node: process.version,
    v8: process.versions.v8,
    nodeFlags: [...process.execArgv, ...(process.env.NODE_OPTIONS?.split(/\s+/).filter(Boolean) ?? [])],
    vitest: vitestVersion,
    ci: ciName(process.env),
    ...git(root, ours),
  }
}

function git(root: string, ours: readonly string[]): Pick<Environment, 'commit' | 'branch' | 'dirty'> {
  const ask = (...args: string[]) => {
    try {
      return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    } catch {
      return null
    }
  }
  const commit = ask('rev-parse', 'HEAD')
  if (commit === null) return { commit: null, branch: null, dirty: null }
  const inside = ours.map((path) => relative(root, resolve(root, path))).filter((path) => !/^(\.\.|$)/.test(path))
  const status = ask('status', '--porcelain', '--', ':/', ...inside.map((path) => `:(exclude)${path}`))
  return { commit, branch: ask('rev-parse', '--abbrev-ref', 'HEAD'), dirty: status === null ? null : status !== '' }
}

/** What Linux tells of the machine's start; nothing elsewhere. */
function boot(): Pick<Environment, 'virtual' | 'bootId'> {
  try {
    return {
      // x86 processors name the hypervisor that they run under; of others it is not known.
      ...(process.arch === 'x64' && {
        virtual: /^flags\s*:.*\bhypervisor\b/m.test(readFileSync('/proc/cpuinfo', 'utf8')),
      }),
      bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    }
  } catch {
    return {}
  }
}

/** CPU share of the control group (version 2), e.g. 1.5; null without a limit. */
function cgroupCpus(): number | null {
  const [quota, period] = readCgroup('cpu.max')?.split(' ') ?? []
  const share = Number(quota) / Number(period)
  return Number.isFinite(share) ? share : null
}

function cgroupMemory(): number | null {
  const bytes = Number(readCgroup('memory.max') ?? Number.NaN)
  return Number.isFinite(bytes) ? bytes : null
}

function readCgroup(file: string): string | null {
  try {
    return readFileSync(`/sys/fs/cgroup/${file}`, 'utf8').trim()
  } catch {
    return null
  }
}

function ciName(environment: Record<string, string | undefined>): string | null {
  if (environment.GITHUB_ACTIONS) return 'github-actions'
  if (environment.GITLAB_CI) return 'gitlab'
  return environment.CI && environment.CI !== 'false' ? 'ci' : null
}
