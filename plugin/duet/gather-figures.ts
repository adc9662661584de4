import type { DuetRecord } from './lane.ts'
import { isSound, letAct, type NamedFigures, type Player } from './player.ts'

/** Asks the versions for figures, one after the other, and adds what they tell to the record. */
export async function gatherFigures(
  players: readonly Player[],
  record: DuetRecord,
  ask: (player: Player) => Promise<NamedFigures>,
): Promise<void> {
  for (const player of players.filter(isSound)) {
    const told = await letAct(player, () => ask(player))
    for (const [name, { value, ...described }] of Object.entries(told ?? {})) {
      record.figures[name] ??= { ...described, values: {} }
      record.figures[name].values[player.lane] = value
    }
  }
}
