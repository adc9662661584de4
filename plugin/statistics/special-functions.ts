import { compiled, incbet, incbi, ndtr, ndtri } from 'cephes'

/**
 * The special functions come from Moshier's Cephes library compiled to WebAssembly. Against scipy 1.17.1 they agree to 1e-12 for up
 * to 10,000 degrees of freedom, where `jstat` stops at 4e-8.
 */
await compiled

/** Regularised incomplete beta function I_x(a, b). */
export const incompleteBeta: (a: number, b: number, x: number) => number = incbet

/** The x with I_x(a, b) = y. */
export const inverseIncompleteBeta: (a: number, b: number, y: number) => number = incbi

/** Standard normal distribution function. */
export const normalCdf: (x: number) => number = ndtr

/** Standard normal quantile. */
export const normalQuantile: (p: number) => number = ndtri
