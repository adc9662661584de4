import { z } from 'zod'

/**
 * A record under names that users choose. `z.record` leaves a `__proto__` out, and with it the benchmark or metric of that name.
 */
export function recordSchema<T extends z.ZodType>(value: T) {
  return z
    .custom<Record<string, z.input<T>>>(
      (given) => typeof given === 'object' && given !== null && !Array.isArray(given),
      {
        error: 'Invalid input: expected record',
      },
    )
    .transform((given, context): Record<string, z.output<T>> => {
      const entries = Object.entries(given).map(([name, each]) => {
        const result = value.safeParse(each)
        for (const issue of result.error?.issues ?? []) {
          context.issues.push({ ...issue, input: each, path: [name, ...issue.path] } as z.core.$ZodRawIssue)
        }
        return [name, result.data as z.output<T>] as const
      })
      return Object.fromEntries(entries)
    })
}
