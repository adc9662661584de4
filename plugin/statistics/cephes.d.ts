/** The functions used of `cephes` 3.3, whose own types its `exports` do not reach. */
declare module 'cephes' {
  export const compiled: Promise<void>
  export function incbet(a: number, b: number, x: number): number
  export function incbi(a: number, b: number, y: number): number
  export function ndtr(x: number): number
  export function ndtri(p: number): number
}
