import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'vitest'
import { callCommandLine } from '../support/call-command-line.ts'
import { projectFolder, runVitest } from '../support/run-vitest.ts'
import { testInFolder as test } from '../support/temporary-folder.ts'

const places = (folder: string) => ({
  VITEST_VERDICT_OUTPUT_DIR: join(folder, 'results'),
  VITEST_VERDICT_BASELINE: join(folder, 'baseline.json'),
})

describe('the assertions in a bench file that imports nothing of ours', { timeout: 600_000 }, () => {
  test('toBeReliablyFasterThan passes for a twentieth of the work, the reverse fails with interval and advice, and toMeetBaseline by a damaged baseline', async ({
    folder,
    expect,
  }) => {
    const env = { ...places(folder), VITEST_VERDICT_SESSIONS: '1' }
    await writeFile(env.VITEST_VERDICT_BASELINE, '{"format": "vitest-verdict/base')
    const { exitCode, output } = await runVitest('assertions', ['bench', '--run'], env)
    expect(output).toMatch(/3 failed \| 1 passed/)
    expect(output).toMatch(
      /"twenty times" takes \d+(?:\.\d+)? times as long as "once" \(99 % interval [\d.]+ to [\d.]+, from \d+ blocks of \d+ and \d+ rounds\)/,
    )
    expect(output).toContain('`bench.compare` measures them in turns')
    expect(output).toMatch(/Cannot read the baseline .*baseline\.json: not JSON .* Restore it from version control/)
    // Damaged input outranks what is slower.
    expect(exitCode).toBe(3)
  })

  test('toMeetBaseline passes without a baseline and with the same work, and fails with twenty times the work', async ({
    folder,
    expect,
  }) => {
    const env = places(folder)
    const args = ['bench', '--run', '-t', 'the baseline']
    const first = await runVitest('assertions', args, env)
    expect(first.output).toContain(
      'toMeetBaseline: "parse" was not compared: there is no baseline yet. Accept one with `vitest-verdict baseline accept`',
    )
    expect(first.exitCode).toBe(0)

    await callCommandLine(['baseline', 'accept'], projectFolder('assertions'), env)
    const { exitCode, output } = await runVitest('assertions', args, {
      ...env,
      VITEST_VERDICT_SESSIONS: '1',
      WORK: '20',
    })
    expect(output).not.toContain('was not compared')
    expect(output).toMatch(/1 failed \| 1 passed/)
    expect(output).toMatch(
      /"parse often" takes \+\d+ % compared with its baseline \(99 % interval for one session \+\d+ % to \+\d+ %, from 4 stored sessions of 1 run, the speed of the machine taken out\); the threshold is \+300 %/,
    )
    expect(output).toContain('if it is meant to be, take it over with `vitest-verdict baseline accept`')
    expect(exitCode).toBe(1)
  })
})
