import { plainText } from './plain-text.ts'

/**
 * What else to know where a run has no baseline: that only other machines have one, and that a CI runner would lose it again.
 *
 * @param others machine classes that have a baseline
 * @param ci name of the CI service, null on other machines
 */
export function adviseOnBaseline(machineClass: string, others: readonly string[], ci: string | null): string[] {
  const lines: string[] = []
  if (others.length > 0) {
    lines.push(
      plainText(
        `There is a baseline for ${others.join(', ')}, but this machine is of the class ${machineClass}, and times of different machines are not compared.`,
        500,
      ),
    )
  }
  if (ci !== null) {
    lines.push(
      'A CI runner keeps no files: save the baseline in its cache, or measure both versions here with "npx vitest-verdict against". See docs/ci.md of vitest-verdict.',
    )
  }
  return lines
}
