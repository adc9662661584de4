import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What starts processes or a browser, the longest first. */
const long = ['e2e/plugin', 'e2e/examples', 'e2e/package', 'e2e/', 'browser/', 'unit/duet/checkout-base']

/** Begins with the files that take longest, so that no worker is left alone with one of them at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = long.findIndex((name) => moduleId.includes(`/tests/${name}`))
      return place === -1 ? long.length : place
    }
    return (await super.sort(files)).toSorted((left, right) => rank(left) - rank(right))
  }
}
