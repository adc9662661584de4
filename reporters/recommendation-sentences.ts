import type { Analysis } from '../plugin/analyse/analysis.ts'

const most = 8

/** What to do next, most useful first: the advice of the areas over their limit, then bottlenecks and opportunities. */
export function recommendationSentences({ recommendations, bottlenecks, opportunities }: Analysis): string[] {
  return [
    ...recommendations.flatMap(({ title, key, advice }) => advice.map(({ text }) => `${title} (${key}): ${text}.`)),
    ...bottlenecks.map(({ key, recommendation }) => `${key}: ${recommendation}.`),
    ...opportunities.map(({ key, opportunity, potential }) => `${key}: ${opportunity}. ${potential}.`),
  ].slice(0, most)
}
