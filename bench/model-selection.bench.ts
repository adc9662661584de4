import { expect } from 'vitest'
import { test } from '../fixtures/index.ts'
import { createModelRegistry, type SelectionRequest } from '../fixtures/orchestrator/index.ts'
import { labelledTasks } from '../fixtures/orchestrator/labelled-tasks.ts'
import { createFaultySelector } from '../fixtures/system/index.ts'
import { quantity } from './measures/quantity.ts'

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

/** Both ways through the selector: over all models, and over the analytical ones in the end. */
const quick = new Set(['model_selection_code_generation_low', 'model_selection_reasoning_high'])

const selector = createFaultySelector(createModelRegistry())

for (const { key, title, request } of cases) {
  test(title, { tags: quick.has(key) ? ['quick'] : [] }, async ({ bench, foreignSystem, skip }) => {
    const select = foreignSystem ? foreignSystem.selectModel : selector.select
    if (!select) return skip('needs selectModel, which the system under test lacks')
    const chosen = select(request)
    const total = labelledTasks[key].length
    const right = labelledTasks[key].filter((task) => task.acceptable.includes(select(task.request).modelId)).length
    if (!foreignSystem) expect(right / total, 'most labelled tasks get an acceptable model').toBeGreaterThan(0.8)

    await bench(
      key,
      {
        category: 'model_selection_speed',
        title,
        metadata: {
          task_type: request.taskType,
          complexity: request.complexity,
          input_tokens: request.inputTokens ?? null,
          output_tokens: request.outputTokens ?? null,
          selected_model: chosen.modelId,
          ...(!foreignSystem && { models: selector.select(request).eligible }),
        },
        metrics: ({ probes }) => ({
          ...(probes.memory?.bytesPerOperation !== undefined && {
            memory_per_selection: quantity('Memory per Selection', probes.memory.bytesPerOperation, 'B'),
          }),
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
