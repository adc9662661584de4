/** The first of several abort signals. */
export interface AbortWatch {
  readonly aborted: boolean
  /** Rejects when aborted, never resolves. */
  readonly rejection: Promise<never>
  stop: () => void
}

/** @param onAbort called at once, with the signal's reason. */
export function watchAbort(
  signals: readonly (AbortSignal | undefined)[],
  onAbort: (reason: unknown) => void,
): AbortWatch {
  const { promise: rejection, reject } = Promise.withResolvers<never>()
  // Whoever races against it sees the rejection; without a race it is nobody's error.
  rejection.catch(() => {})
  let aborted = false
  const watched = [...new Set(signals)].flatMap((signal) => {
    if (!signal) return []
    const listener = () => {
      if (aborted) return
      aborted = true
      onAbort(signal.reason)
      reject(new Error('The benchmark was aborted before it was complete', { cause: signal.reason }))
    }
    if (signal.aborted) listener()
    else signal.addEventListener('abort', listener, { once: true })
    return [{ signal, listener }]
  })
  return {
    get aborted() {
      return aborted
    },
    rejection,
    stop: () => {
      for (const { signal, listener } of watched) signal.removeEventListener('abort', listener)
    },
  }
}
