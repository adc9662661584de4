/**
 * Names a run by the local time of its start, the form in which scripts read it from file names.
 * @example runId(new Date(2026, 10, 24, 9, 5, 7)) // '20261124_090507'
 */
export function runId(start: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const date = `${start.getFullYear()}${two(start.getMonth() + 1)}${two(start.getDate())}`
  return `${date}_${two(start.getHours())}${two(start.getMinutes())}${two(start.getSeconds())}`
}
