type Call = (...args: never[]) => unknown

interface Worker {
  rpc: Record<string, unknown>
}

/**
 * Keeps what belongs to hidden files from the main process, and results written by `writeResult` from the disk: three
 * versions would write them one after the other. Within the worker they can still be read by `bench.from`.
 * @param files ids of the hidden files; ids of their tasks begin with them
 */
export function hideFromReporters(worker: Worker, files: readonly string[]): void {
  const isHidden = (id: unknown) =>
    typeof id === 'string' && files.some((file) => id === file || id.startsWith(`${file}_`))
  const visible = (entries: readonly (readonly unknown[])[]) => entries.filter(([id]) => !isHidden(id))
  const written = new Map<string, unknown>()
  const { rpc } = worker
  const instead: Record<string, (call: Call) => Call> = {
    onTaskUpdate:
      (call) =>
      async (packs: unknown[][], events: unknown[][]): Promise<void> => {
        const ours = [visible(packs), visible(events)] as const
        if (ours.some(({ length }) => length > 0)) await call(...(ours as unknown as never[]))
      },
    onTestBenchmark: (call) => async (test: string, benchmark: unknown) =>
      isHidden(test) ? undefined : call(...([test, benchmark] as never[])),
    onTaskArtifactRecord: (call) => async (test: string, artifact: unknown) =>
      isHidden(test) ? artifact : call(...([test, artifact] as never[])),
    onUserConsoleLog: (call) => async (log: { taskId?: string }) =>
      isHidden(log.taskId) ? undefined : call(...([log] as never[])),
    writeBenchmarkResult: () => async (path: string, result: unknown) => void written.set(path, result),
    readBenchmarkResult: (call) => async (path: string) => written.get(path) ?? call(...([path] as never[])),
  }
  worker.rpc = new Proxy(rpc, {
    get(target, name, receiver) {
      const call = Reflect.get(target, name, receiver)
      const replaced = typeof name === 'string' ? instead[name] : undefined
      if (replaced === undefined || typeof call !== 'function') return call
      return Object.assign(replaced(call as Call), { asEvent: (call as { asEvent?: unknown }).asEvent })
    },
  })
}
