import { expect, test } from 'vitest'
import { createModelRegistry, createSelector, type SelectionRequest } from '../fixtures/orchestrator/index.ts'
import { type LabelledTask, labelledTasks } from '../fixtures/orchestrator/labelled-tasks.ts'

/** One selection over the registry of real models, for the five kinds of task; accuracy by the labelled table. */
const cases: { key: keyof typeof labelledTasks; title: string; request: SelectionRequest }[] = [
  {
    key: 'model_selection_code_generation_low',
    title: 'Simple code generation',
    request: { taskType: 'code_generation', complexity: 'low', inputTokens: 200, outputTokens: 200 },
  },
  {
    key: 'model_selection_reasoning_high',
    title: 'Complex reasoning',
    request: { taskType: 'reasoning', complexity: 'high', inputTokens: 1_000, outputTokens: 2_000, analysis: 'deep' },
  },
  {
    key: 'model_selection_system_design_high',
    title: 'System design',
    request: { taskType: 'system_design', complexity: 'high', inputTokens: 3_000, outputTokens: 3_000 },
  },
  {
    key: 'model_selection_quick_qa_low',
    title: 'Quick question',
    request: { taskType: 'quick_qa', complexity: 'low', inputTokens: 60, outputTokens: 60 },
  },
  {
    key: 'model_selection_data_analysis_medium',
    title: 'Data analysis',
    request: { taskType: 'data_analysis', complexity: 'medium', inputTokens: 4_000, outputTokens: 800 },
  },
]

const selector = createSelector(createModelRegistry())
const select = selector.select
const isRight = ({ request, acceptable }: LabelledTask) => acceptable.includes(select(request).modelId)

for (const { key, title, request } of cases) {
  test(title, { tags: ['quick'] }, async ({ bench }) => {
    const chosen = select(request)
    const right = labelledTasks[key].filter(isRight).length
    const total = labelledTasks[key].length
    expect(chosen.candidates.length, 'a choice has runners-up').toBeGreaterThan(1)
    expect(right / total, 'most labelled tasks get an acceptable model').toBeGreaterThan(0.8)

    await bench(
      key,
      {
        category: 'model_selection_speed',
        title,
        metadata: {
          task_type: request.taskType,
          complexity: request.complexity,
          selected_model: chosen.modelId,
          models: chosen.eligible,
        },
        metrics: () => ({
          accuracy: {
            kind: 'rate',
            title: 'Selection Accuracy',
            direction: 'higher',
            gate: true,
            numerator: right,
            denominator: total,
            unit: '%',
          },
        }),
      },
      () => select(request),
    ).run()
  })
}
