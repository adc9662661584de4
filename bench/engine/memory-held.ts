import { usedBytes } from '../../plugin/measure/probes/allocation.ts'
import { RECORDER_BYTES } from '../../plugin/measure/sample-recorder.ts'
import type { RunOptions } from '../../plugin/measure/settings.ts'
import { settleGarbage } from '../../plugin/measure/settle-garbage.ts'
import { runBuiltIn, runOurs } from './engines.ts'
import { figure, type Section } from './section.ts'
import { createWork, stepsFor } from './work.ts'

/**
 * What an engine holds at the end of measuring, when its samples are complete but not yet summarised: asked in the `teardown`
 * that both call there, after a forced collection, against the same before the run.
 */
export const memoryHeld: Section = async (report) => {
  const fn = createWork(stepsFor(37)).once
  const used = () => {
    settleGarbage('major')
    return usedBytes()
  }
  const held = async (run: (options: RunOptions) => Promise<unknown>) => {
    const before = used()
    let after = before
    await run({
      time: 1000,
      teardown: (_, mode) => {
        if (mode === 'run') after = used()
      },
    })
    return after - before
  }
  const contestant = { name: '37 ns', fn }
  await runOurs([contestant])
  // Collections free other things as well: what our recorder is known to hold is the least that counts.
  const ours = Math.max(RECORDER_BYTES, await held((options) => runOurs([contestant], options)))
  const theirs = await held((options) => runBuiltIn([contestant], options))
  await report({
    key: 'engine_memory_held',
    title: 'memory held for results, 37 ns, 1 s',
    figures: { memory_ratio: figure('Memory Held over that of the Built-in', ours / theirs) },
    details: `1/${Math.round(theirs / ours)}: ${(ours / 1024).toFixed(0)} KiB against ${(theirs / 2 ** 20).toFixed(0)} MiB`,
    subject: { fn },
  })
}
