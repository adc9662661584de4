/**
 * Runs `body` and what it asked to be undone when it ends: by success, by an error, by a signal (Ctrl-C) or by the end of the
 * process. Undoing must be synchronous; the latest is undone first.
 * @param end called after a signal, with its exit code
 */
export async function endCleanly<T>(
  body: (onEnd: (undo: () => void) => void) => Promise<T>,
  end: (code: number) => void = (code) => process.exit(code),
): Promise<T> {
  const undos: (() => void)[] = []
  const undoAll = () => {
    for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) undo()
  }
  const interrupted = () => {
    undoAll()
    end(130)
  }
  const terminated = () => {
    undoAll()
    end(143)
  }
  process.on('SIGINT', interrupted).on('SIGTERM', terminated).on('SIGHUP', terminated).on('exit', undoAll)
  try {
    return await body((undo) => void undos.push(undo))
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', terminated).off('SIGHUP', terminated).off('exit', undoAll)
    undoAll()
  }
}
