/** What to say of a file in which all samples come from one process: one session, whatever its number of iterations. */
export function oneProcess(title: string): { code: string; text: string } {
  return {
    code: 'one-process',
    text: `${title} holds one process: iterations share one compilation and memory layout, so they do not count as evidence. Give a folder with one file per process on each side`,
  }
}
