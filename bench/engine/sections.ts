import { closedModel } from './closed-model.ts'
import { doubleWork } from './double-work.ts'
import { harnessCost } from './harness-cost.ts'
import { memoryHeld } from './memory-held.ts'
import { openModel } from './open-model.ts'
import { orderEffect } from './order-effect.ts'
import { precision } from './precision.ts'
import { queue } from './queue.ts'
import type { Section } from './section.ts'

/** The questions of the comparison, by name. */
export const sections: Record<string, Section> = {
  precision,
  'memory-held': memoryHeld,
  'double-work': doubleWork,
  'order-effect': orderEffect,
  'open-model': openModel,
  'harness-cost': harnessCost,
  'closed-model': closedModel,
  queue,
}
