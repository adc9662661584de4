import { incompleteBeta, inverseIncompleteBeta, normalCdf, normalQuantile } from './special-functions.ts'

/** Beyond this many degrees of freedom the t distribution is the normal one to 8 digits. */
const normalFrom = 1e8

/**
 * Distribution function of Student's t for any positive real number of degrees of freedom.
 * @example studentTCdf(-17, 3) // 0.00022167…
 */
export function studentTCdf(t: number, degreesOfFreedom: number): number {
  if (degreesOfFreedom > normalFrom) return normalCdf(t)
  const tail = 0.5 * incompleteBeta(degreesOfFreedom / 2, 0.5, degreesOfFreedom / (degreesOfFreedom + t * t))
  return t < 0 ? tail : 1 - tail
}

const quantiles = new Map<string, number>()
const quantilesKept = 10_000

/**
 * Quantile of Student's t for any positive real number of degrees of freedom.
 * @example studentTQuantile(0.995, 3) // 5.8409093…
 */
export function studentTQuantile(p: number, degreesOfFreedom: number): number {
  if (p < 0.5) return -studentTQuantile(1 - p, degreesOfFreedom)
  if (p === 0.5) return 0
  if (degreesOfFreedom > normalFrom) return normalQuantile(p)
  const key = `${p} ${degreesOfFreedom}`
  const known = quantiles.get(key)
  if (known !== undefined) return known
  const x = inverseIncompleteBeta(degreesOfFreedom / 2, 0.5, 2 * (1 - p))
  const quantile = Math.sqrt(degreesOfFreedom * (1 / x - 1))
  if (quantiles.size >= quantilesKept) quantiles.clear()
  quantiles.set(key, quantile)
  return quantile
}
