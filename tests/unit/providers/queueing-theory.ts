/**
 * Chance that an arrival finds all `servers` busy in M/M/c, with `load` = arrival rate x mean service time (in Erlang).
 * Erlang C (A. K. Erlang 1917; L. Kleinrock, "Queueing Systems" vol. 1, 1975, section 3.5).
 */
export function erlangC(servers: number, load: number): number {
  const blocked = erlangB(servers, load)
  return blocked / (1 - (load / servers) * (1 - blocked))
}

/** Chance that an arrival is turned away where nobody may wait, M/G/c/c. Erlang B by its recursion (Kleinrock, section 3.6). */
export function erlangB(servers: number, load: number): number {
  let blocked = 1
  for (let count = 1; count <= servers; count++) blocked = (load * blocked) / (count + load * blocked)
  return blocked
}

/** Mean wait in M/M/c, in the unit of `service`, the mean service time. */
export function meanWait(servers: number, load: number, service: number): number {
  return (erlangC(servers, load) * service) / (servers - load)
}

/** Mean wait in M/D/1 (Pollaczek and Khinchine; Kleinrock, section 5.6). */
export function meanWaitDeterministic(load: number, service: number): number {
  return (load * service) / (2 * (1 - load))
}
