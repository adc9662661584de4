import { expect, test } from 'vitest'
import { profilePath } from '../../../plugin/measure/profile-path.ts'

test('profilePath() is below the output folder, wherever that is', () => {
  expect(profilePath('/project', 'out', 'bench/a.bench.ts', 'cache warm')).toEqual({
    path: '/project/out/profiles/bench_a.bench.ts_cache_warm.cpuprofile',
    shown: 'out/profiles/bench_a.bench.ts_cache_warm.cpuprofile',
  })
  expect(profilePath('/project', '/elsewhere', 'a.bench.ts', 'a').path).toBe(
    '/elsewhere/profiles/a.bench.ts_a.cpuprofile',
  )
})

test('profilePath() lets no name leave the folder', () => {
  expect(profilePath('/project', 'out', '../../etc', 'x/../y').path).toMatch(/^\/project\/out\/profiles\/[\w.-]+$/)
  expect(profilePath('/project', 'out', 'a', 'x'.repeat(10_000)).path.length).toBeLessThan(200)
})
