import type { RequestRecord } from '../../../fixtures/providers/request-record.ts'
import type { BehaviourInput } from '../../../fixtures/providers/scenario.ts'

/** A way to the simulated providers, as a client and as a test sees it. */
export interface Carrier {
  readonly origin: string
  readonly fetch: typeof fetch
  configure(key: string, behaviour: BehaviourInput): Promise<void> | void
  extend(key: string, behaviour: BehaviourInput): Promise<void> | void
  requests(key: string): Promise<readonly RequestRecord[]> | readonly RequestRecord[]
  reset(key: string): Promise<void> | void
  close(): Promise<void> | void
}
