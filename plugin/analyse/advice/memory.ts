import { averageOf, largestOf } from '../figures.ts'
import { type AreaRule, supported } from './rule.ts'

const limitMb = 1000

/** Memory over 1 GB. */
export const memoryRule: AreaRule = {
  area: 'memory',
  title: 'Memory',
  find(all) {
    const [worst] = all
      .filter(({ statistics }) => (statistics.peakMemoryMb ?? 0) > limitMb)
      .toSorted((a, b) => b.statistics.peakMemoryMb! - a.statistics.peakMemoryMb!)
    if (worst === undefined) return null
    return {
      figures: worst,
      cause: { title: 'Peak memory', value: worst.statistics.peakMemoryMb! * 1e6, unit: 'B' },
      limit: { title: 'Limit', value: limitMb * 1e6, unit: 'B' },
    }
  },
  advice: [
    {
      text: 'Pool models: every call allocates anew',
      facts({ figures }) {
        const bytes = averageOf(figures, ({ probes }) => probes.memory?.bytesPerOperation)
        return supported(
          bytes !== null && bytes >= 1e6,
          bytes === null ? null : { title: 'Allocated per call', value: bytes, unit: 'B' },
        )
      },
    },
    {
      text: 'Load lazily: much memory is held all the time, not only at the peak',
      facts({ figures: { statistics } }) {
        const { averageMemoryMb: average, peakMemoryMb: peak } = statistics
        return supported(
          average !== null && peak !== null && average >= 0.8 * peak,
          average === null ? null : { title: 'Average memory', value: average * 1e6, unit: 'B' },
        )
      },
    },
    {
      text: 'Right-size buffers: much of it lies outside the JavaScript heap',
      facts({ figures }) {
        const external = largestOf(figures, ({ probes }) => probes.memory?.externalPeakBytes)
        return supported(
          external !== null && external >= 0.2 * figures.statistics.peakMemoryMb! * 1e6,
          external === null ? null : { title: 'Peak of external memory', value: external, unit: 'B' },
        )
      },
    },
    {
      text: 'Collect garbage sooner (release references, smaller young generation): the heap peaks far above its average',
      facts({ figures }) {
        const peak = largestOf(figures, ({ probes }) => probes.memory?.heapPeakBytes)
        const average = averageOf(figures, ({ probes }) => probes.memory?.heapAverageBytes)
        return supported(
          peak !== null && average !== null && peak >= 1.5 * average,
          peak === null ? null : { title: 'Peak of the heap', value: peak, unit: 'B' },
          average === null ? null : { title: 'Average of the heap', value: average, unit: 'B' },
        )
      },
    },
  ],
}
