import { gatherFigures } from './gather-figures.ts'
import type { DuetRecord } from './lane.ts'
import type { LaneContext } from './measure-lanes.ts'
import { isSound, letAct, type Player } from './player.ts'

/**
 * Measures the versions of one load benchmark in blocks, each version once forward and once backward (A B C C B A): two loads
 * at a time would be one. The work of a benchmark is divided between its two blocks.
 */
export async function measureLoadLanes(
  players: readonly Player[],
  record: DuetRecord,
  { options, aborted }: LaneContext,
): Promise<void> {
  const order = options.baseFirst ? players.toReversed() : players
  for (const player of [...order, ...order.toReversed()]) {
    if (isSound(player) && !aborted()) await letAct(player, () => player.runBlock())
  }
  record.figures = {}
  await gatherFigures(players, record, (player) => player.loadFigures())
}
