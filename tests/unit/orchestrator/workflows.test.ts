import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import {
  type Agent,
  type Caller,
  type CallRequest,
  type CallResult,
  countVotes,
  handOver,
  mapReduce,
  reachConsensus,
  recover,
  runParallel,
  WorkflowError,
} from '../../../fixtures/orchestrator/index.ts'

const [coder, reviewer, analyst]: Agent[] = [
  { name: 'coder', modelId: 'codellama:34b', instructions: 'Write code.', weight: 1 },
  { name: 'reviewer', modelId: 'gpt-4o', weight: 1 },
  { name: 'analyst', modelId: 'claude-haiku-4-5', weight: 3, fallbacks: ['gpt-4o'], options: { temperature: 0 } },
]
const agents = [coder!, reviewer!, analyst!]

type Answer = string | Error | ((request: CallRequest) => string | Promise<string>)

/** A caller that answers by model; each call costs 10 nano-dollars. */
function answering(answers: Record<string, Answer | Answer[]>) {
  const requests: CallRequest[] = []
  const caller: Caller = {
    async callModel(request) {
      requests.push(request)
      const given = answers[request.modelId]!
      const nth = requests.filter(({ modelId }) => modelId === request.modelId).length
      const answer = Array.isArray(given) ? given[Math.min(nth, given.length) - 1]! : given
      if (answer instanceof Error) throw answer
      const content = typeof answer === 'function' ? await answer(request) : answer
      return { content, model: request.modelId, costNanoDollars: 10 } as CallResult
    },
  }
  return { caller, requests }
}

const waiting = (request: CallRequest) =>
  new Promise<string>((_, reject) => request.signal?.addEventListener('abort', () => reject(request.signal?.reason)))
const echo = (request: CallRequest) => `<${request.messages.at(-1)!.content}>`

/** An answer that takes a turn of the event loop, and how many were under way at most. */
function countingAtWork() {
  let active = 0
  let most = 0
  return {
    most: () => most,
    busy: async () => {
      most = Math.max(most, ++active)
      await new Promise((resolve) => setImmediate(resolve))
      active--
      return 'done'
    },
  }
}

describe('runParallel()', () => {
  test('asks every agent with its own instructions and options', async () => {
    const { caller, requests } = answering({ 'codellama:34b': 'a', 'gpt-4o': 'b', 'claude-haiku-4-5': 'c' })
    const result = await runParallel(caller, agents, 'Do it', { sessionId: 's' })
    expect(result).toMatchObject({ succeeded: 3, failed: 0, costNanoDollars: 30 })
    expect(result.outcomes.map(({ agent }) => agent)).toEqual(['coder', 'reviewer', 'analyst'])
    expect(requests[0]).toMatchObject({
      sessionId: 's',
      messages: [
        { role: 'system', content: 'Write code.' },
        { role: 'user', content: 'Do it' },
      ],
    })
    expect(requests[2]).toMatchObject({ fallbacks: ['gpt-4o'], temperature: 0 })
    expect(requests[1]!.messages).toHaveLength(1)
  })

  test('leaves one failure alone', async () => {
    const { caller } = answering({ 'codellama:34b': new Error('down'), 'gpt-4o': 'b', 'claude-haiku-4-5': 'c' })
    const result = await runParallel(caller, agents, ({ name }) => `for ${name}`)
    expect(result.outcomes.map(({ status }) => status)).toEqual(['failed', 'answered', 'answered'])
    expect(result).toMatchObject({ succeeded: 2, failed: 1, costNanoDollars: 20 })
    expect(result.outcomes[1]!.prompt).toBe('for reviewer')
  })

  test('cancels the others when told to', async () => {
    const { caller } = answering({ 'codellama:34b': new Error('down'), 'gpt-4o': waiting, 'claude-haiku-4-5': waiting })
    const result = await runParallel(caller, agents, 'x', { onFailure: 'cancel' })
    expect(result.outcomes.map(({ status }) => status)).toEqual(['failed', 'cancelled', 'cancelled'])
  })

  test('cancels nobody who is at work because another failed, unless told to, and never because another answered', async () => {
    const later = async (request: CallRequest) => {
      await new Promise((resolve) => setImmediate(resolve))
      request.signal!.throwIfAborted()
      return 'later'
    }
    const failing = answering({ 'codellama:34b': new Error('down'), 'gpt-4o': later, 'claude-haiku-4-5': later })
    expect(await runParallel(failing.caller, agents, 'x')).toMatchObject({ succeeded: 2, failed: 1 })
    const quick = answering({ 'codellama:34b': 'at once', 'gpt-4o': later, 'claude-haiku-4-5': later })
    expect(await runParallel(quick.caller, agents, 'x', { onFailure: 'cancel' })).toMatchObject({ succeeded: 3 })
  })

  test('takes its times from the system where no clock is given', async () => {
    const { durationMs, steps } = await runParallel(answering({ 'gpt-4o': 'b' }).caller, [reviewer!], 'x')
    expect(durationMs).toBeGreaterThanOrEqual(steps[0]!.durationMs)
    expect(steps[0]!.startedAtMs).toBeGreaterThanOrEqual(0)
  })

  test('a cancellation reaches every agent, those not begun included', async () => {
    const controller = new AbortController()
    const { caller, requests } = answering({ 'codellama:34b': waiting, 'gpt-4o': waiting, 'claude-haiku-4-5': waiting })
    const result = runParallel(caller, agents, 'x', { signal: controller.signal, concurrency: 2 })
    await Promise.resolve()
    await new Promise((resolve) => setImmediate(resolve))
    controller.abort(new Error('enough'))
    await expect(result).rejects.toThrow('enough')
    expect(requests).toHaveLength(2)
    expect(requests.every(({ signal }) => signal?.aborted)).toBe(true)
    await expect(runParallel(caller, agents, 'x', { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow(
      'before',
    )
    expect(requests).toHaveLength(2)
  })

  test('has no more at work than allowed', async () => {
    const { busy, most } = countingAtWork()
    const { caller } = answering({ 'gpt-4o': busy })
    const many = Array.from({ length: 6 }, (_, index) => ({ name: `agent ${index}`, modelId: 'gpt-4o' }))
    await runParallel(caller, many, 'x', { concurrency: 2 })
    expect(most()).toBe(2)
  })

  test('asks nobody when there is nobody', async () => {
    expect(await runParallel(answering({}).caller, [], 'x')).toMatchObject({ outcomes: [], succeeded: 0 })
  })
})

describe('handOver()', () => {
  test('gives each agent what the one before answered', async () => {
    const { caller } = answering({ 'codellama:34b': echo, 'gpt-4o': echo, 'claude-haiku-4-5': echo })
    const result = await handOver(caller, agents, 'task')
    expect(result).toMatchObject({ content: '<<<task>>>', costNanoDollars: 30 })
    const framed = await handOver(caller, agents.slice(0, 2), 'task', {
      hand: (task, answer, { name }) => `${name}: ${task} | ${answer}`,
    })
    expect(framed.content).toBe('<reviewer: task | <task>>')
  })

  test('stops at the one who fails, and says who', async () => {
    const { caller, requests } = answering({
      'codellama:34b': 'a',
      'gpt-4o': new Error('down'),
      'claude-haiku-4-5': 'c',
    })
    const failure = handOver(caller, agents, 'task')
    await expect(failure).rejects.toThrow(WorkflowError)
    await expect(failure).rejects.toMatchObject({
      message: '"reviewer" (2 of 3) failed: down',
      trace: { costNanoDollars: 10 },
    })
    expect(requests).toHaveLength(2)
    await expect(handOver(caller, agents, 'x', { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow(
      'before',
    )
  })

  test('with nobody the task stays as it is', async () => {
    expect((await handOver(answering({}).caller, [], 'task')).content).toBe('task')
  })

  test('reports what was thrown, an error or not', async () => {
    const { caller } = answering({ 'codellama:34b': () => Promise.reject('plain text') })
    await expect(handOver(caller, [coder!], 'x')).rejects.toThrow('failed: plain text')
  })
})

describe('mapReduce()', () => {
  const team = { mapper: coder!, reducer: reviewer! }
  test('joins the answers in the order of the parts', async () => {
    const { caller } = answering({ 'codellama:34b': echo, 'gpt-4o': echo })
    const result = await mapReduce(caller, team, ['1', '2', '3'], { concurrency: 2 })
    expect(result).toMatchObject({ content: '<<1>\n\n<2>\n\n<3>>', missing: [], costNanoDollars: 40 })
    const framed = await mapReduce(caller, team, ['1'], {
      toPrompt: (part, index) => `${index}:${part}`,
      combine: (answers) => answers.join('+'),
    })
    expect(framed.content).toBe('<<0:1>>')
  })

  test('makes do with fewer parts where that is allowed, and says which are missing', async () => {
    const answers = { 'codellama:34b': ['a', new Error('down'), 'c'], 'gpt-4o': echo }
    const allowed = await mapReduce(answering(answers).caller, team, ['1', '2', '3'], {
      concurrency: 1,
      minimumShare: 0.6,
    })
    expect(allowed).toMatchObject({ content: '<a\n\nc>', missing: [1] })
    await expect(mapReduce(answering(answers).caller, team, ['1', '2', '3'], { concurrency: 1 })).rejects.toThrow(
      '2 of 3 parts were answered, 100 % are needed',
    )
  })

  test('fails with its reducer, without parts, and when cancelled', async () => {
    const { caller } = answering({ 'codellama:34b': 'a', 'gpt-4o': new Error('down') })
    await expect(mapReduce(caller, team, ['1'])).rejects.toThrow('The reducer "reviewer" failed')
    await expect(mapReduce(caller, team, [])).rejects.toThrow('no parts')
    await expect(mapReduce(caller, team, ['1'], { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow(
      'before',
    )
  })
})

describe('recover()', () => {
  const failing = new Error('down')
  test('needs no recovery when the agent answers', async () => {
    const { caller } = answering({ 'codellama:34b': 'a' })
    expect(await recover(caller, coder!, 'x')).toMatchObject({ content: 'a', agent: 'coder', recoveredBy: null })
  })

  test('tries again, then substitutes, then makes do', async () => {
    const retried = answering({ 'codellama:34b': [failing, 'a'] })
    expect(await recover(retried.caller, coder!, 'x')).toMatchObject({ content: 'a', recoveredBy: 'retry' })
    const substituted = answering({ 'codellama:34b': failing, 'gpt-4o': 'b' })
    const result = await recover(substituted.caller, coder!, 'x', { substitutes: [reviewer!] })
    expect(result).toMatchObject({ content: 'b', agent: 'reviewer', recoveredBy: 'substitute' })
    expect(result.steps.map(({ status }) => status)).toEqual(['failed', 'failed', 'answered'])
    const degraded = await recover(answering({ 'codellama:34b': failing }).caller, coder!, 'x', {
      degrade: (error) => `sorry: ${(error as Error).message}`,
    })
    expect(degraded).toMatchObject({ content: 'sorry: down', agent: null, recoveredBy: 'degrade' })
  })

  test('fails when nothing helps', async () => {
    const { caller, requests } = answering({ 'codellama:34b': failing })
    await expect(recover(caller, coder!, 'x', { retries: 3, degrade: () => null })).rejects.toThrow(
      '"coder" failed, and so did 3 further tries',
    )
    expect(requests).toHaveLength(4)
    await expect(recover(caller, coder!, 'x', { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow(
      'before',
    )
  })
})

describe('countVotes()', () => {
  const votes = (...choices: (string | null)[]) =>
    choices.map((choice, index) => ({ agent: `a${index}`, choice, weight: 1 }))
  test('wants more than half by default', () => {
    expect(countVotes(votes('yes', 'yes', 'no'))).toMatchObject({ decision: 'yes', share: 2 / 3, leading: ['yes'] })
    expect(countVotes(votes('a', 'a', 'b', 'c'))).toMatchObject({ decision: null, leading: ['a'] })
    expect(countVotes(votes('a', 'a', 'b', 'c'), 0)).toMatchObject({ decision: 'a' })
  })

  test('decides no tie', () => {
    expect(countVotes(votes('b', 'a'), 0)).toMatchObject({ decision: null, leading: ['a', 'b'], share: 0.5 })
  })

  test('adds the same weights to the same sum in any order', () => {
    const weights = [1e16, 1, 1]
    const of = (order: readonly number[]) =>
      countVotes(order.map((weight) => ({ agent: 'a', choice: 'x', weight }))).weights[0]!.weight
    expect(of(weights)).toBe(1e16 + 2)
    expect(of(weights.toReversed())).toBe(1e16 + 2)
  })

  test('leaves abstentions out of the share', () => {
    expect(countVotes(votes('a', null, null))).toMatchObject({ decision: 'a', share: 1, abstained: ['a1', 'a2'] })
    expect(countVotes(votes(null))).toMatchObject({ decision: null, leading: [], share: 0 })
    expect(countVotes([])).toMatchObject({ decision: null })
  })

  test('adds weights, and has no leader without any weight', () => {
    const weighted = [
      { agent: 'a', choice: 'x', weight: 2 },
      { agent: 'b', choice: 'y', weight: 1.5 },
      { agent: 'c', choice: 'y', weight: 1 },
    ]
    expect(countVotes(weighted)).toMatchObject({
      decision: 'y',
      weights: [
        { choice: 'y', weight: 2.5 },
        { choice: 'x', weight: 2 },
      ],
    })
    expect(countVotes([{ agent: 'a', choice: 'x', weight: 0 }])).toMatchObject({ decision: null, leading: [] })
  })

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses the weight %s', (weight) => {
    expect(() => countVotes([{ agent: 'a', choice: 'x', weight }])).toThrow(RangeError)
  })
})

describe('reachConsensus()', () => {
  const judge: Agent = { name: 'judge', modelId: 'o3' }
  test('decides by heads or by weights', async () => {
    const { caller } = answering({ 'codellama:34b': 'Yes ', 'gpt-4o': 'yes', 'claude-haiku-4-5': 'No' })
    expect(await reachConsensus(caller, agents, 'Ship?')).toMatchObject({ decision: 'yes', decidedBy: 'votes' })
    expect(await reachConsensus(caller, agents, 'Ship?', { rule: 'weighted' })).toMatchObject({
      decision: 'no',
      decidedBy: 'votes',
    })
  })

  test('has the judge decide a tie among those who lead', async () => {
    const { caller, requests } = answering({
      'codellama:34b': 'b',
      'gpt-4o': 'a',
      'claude-haiku-4-5': 'abstain',
      o3: 'A',
    })
    const result = await reachConsensus(caller, agents, 'Which?', { judge })
    expect(result).toMatchObject({ decision: 'a', decidedBy: 'judge', costNanoDollars: 40 })
    expect(requests.at(-1)!.messages.at(-1)!.content).toBe(
      'Which?\n\nThe answers given are:\n- a\n- b\n\nName the best of them, word for word.',
    )
    expect(result.steps.at(-1)!.agent).toBe('judge')
  })

  test('leaves a tie undecided without a judge, or with one who names none of the choices or fails', async () => {
    const tied = { 'codellama:34b': 'b', 'gpt-4o': 'a' }
    const two = agents.slice(0, 2)
    expect(await reachConsensus(answering(tied).caller, two, 'x')).toMatchObject({
      decision: null,
      decidedBy: null,
      count: { leading: ['a', 'b'] },
    })
    expect(await reachConsensus(answering({ ...tied, o3: 'c' }).caller, two, 'x', { judge })).toMatchObject({
      decision: null,
      decidedBy: null,
    })
    expect(
      await reachConsensus(answering({ ...tied, o3: new Error('down') }).caller, two, 'x', { judge }),
    ).toMatchObject({ decision: null })
  })

  test('shows the judge no choice that fewer voted for, and takes none from the judge', async () => {
    const modelIds = ['codellama:34b', 'gpt-4o', 'claude-haiku-4-5', 'gpt-4o-mini', 'gemini-2.5-flash']
    const five = modelIds.map((modelId): Agent => ({ name: modelId, modelId }))
    const choices = ['a', 'b', 'a', 'b', 'c']
    const votes = Object.fromEntries(modelIds.map((modelId, index) => [modelId, choices[index]!]))
    const { caller, requests } = answering({ ...votes, o3: 'c' })
    expect(await reachConsensus(caller, five, 'x', { judge })).toMatchObject({ decision: null, decidedBy: null })
    expect(requests.at(-1)!.messages.at(-1)!.content).toContain('are:\n- a\n- b\n\nName')
  })

  test('shows the judge all choices where the judge always decides', async () => {
    const { caller, requests } = answering({ 'codellama:34b': 'b', 'gpt-4o': 'b', 'claude-haiku-4-5': 'a', o3: 'a' })
    expect(await reachConsensus(caller, agents, 'x', { rule: 'judge', judge })).toMatchObject({
      decision: 'a',
      decidedBy: 'judge',
    })
    expect(requests.at(-1)!.messages[0]!.content).toContain('- a\n- b')
    await expect(reachConsensus(caller, agents, 'x', { rule: 'judge' })).rejects.toThrow('needs a judge')
  })

  test('takes a failed agent for one who abstains, as long as there is a quorum', async () => {
    const { caller } = answering({ 'codellama:34b': new Error('down'), 'gpt-4o': 'a', 'claude-haiku-4-5': 'a' })
    expect(await reachConsensus(caller, agents, 'x', { quorum: 2 })).toMatchObject({
      decision: 'a',
      count: { abstained: ['coder'] },
    })
    await expect(reachConsensus(caller, agents, 'x', { quorum: 3 })).rejects.toThrow(
      '2 of 3 agents voted, 3 are needed',
    )
    expect(await reachConsensus(caller, [coder!], 'x', { quorum: 0, judge })).toMatchObject({
      decision: null,
      decidedBy: null,
    })
  })

  test('reads votes as it is told to', async () => {
    const { caller } = answering({ 'codellama:34b': 'I say: 7', 'gpt-4o': 'surely 7', 'claude-haiku-4-5': '' })
    const readVote = (content: string) => /\d+/.exec(content)?.[0] ?? null
    expect(await reachConsensus(caller, agents, 'x', { readVote })).toMatchObject({
      decision: '7',
      count: { abstained: ['analyst'] },
    })
  })
})

describe('every workflow', () => {
  const judge: Agent = { name: 'judge', modelId: 'o3' }
  const down = new Error('down')
  /** Each look at this clock takes a millisecond. */
  const ticking = () => {
    let now = 100
    return () => now++
  }
  /** Aborts the workflow when the model is asked, and then waits like an agent that heeds it. */
  const cancelling = (controller: AbortController) => (request: CallRequest) => {
    controller.abort(new Error('enough'))
    return request.signal?.aborted ? Promise.reject(request.signal.reason) : waiting(request)
  }

  test('traces when each step began, how long it took, and what it cost', async () => {
    const { caller } = answering({ 'codellama:34b': 'a', 'gpt-4o': 'b' })
    const { steps, durationMs, costNanoDollars } = await handOver(caller, agents.slice(0, 2), 'task', {
      monotonic: ticking(),
    })
    expect(steps).toMatchObject([
      { agent: 'coder', prompt: 'task', startedAtMs: 1, durationMs: 1, costNanoDollars: 10, status: 'answered' },
      { agent: 'reviewer', prompt: 'a', startedAtMs: 3, durationMs: 1, costNanoDollars: 10, status: 'answered' },
    ])
    expect({ durationMs, costNanoDollars }).toEqual({ durationMs: 5, costNanoDollars: 20 })
  })

  test('traces its steps in the order in which they began, whichever ended first', async () => {
    const gate = Promise.withResolvers<string>()
    const { caller } = answering({ 'codellama:34b': () => gate.promise, 'gpt-4o': 'b', 'claude-haiku-4-5': down })
    const result = runParallel(caller, agents, 'x', { monotonic: ticking() })
    await new Promise((resolve) => setImmediate(resolve))
    gate.resolve('a')
    const { steps } = await result
    expect(steps.map(({ agent }) => agent)).toEqual(['coder', 'reviewer', 'analyst'])
    expect(steps.map(({ costNanoDollars }) => costNanoDollars)).toEqual([10, 10, 0])
    expect(steps[2]).toMatchObject({ status: 'failed', error: down })
  })

  test('traces the judge after those who voted, and adds its time', async () => {
    const { caller } = answering({ 'codellama:34b': 'b', 'gpt-4o': 'a', o3: 'a' })
    const { steps, durationMs } = await reachConsensus(caller, agents.slice(0, 2), 'x', { judge, monotonic: ticking() })
    const last = Math.max(...steps.slice(0, 2).map((step) => step.startedAtMs + step.durationMs))
    expect(steps[2]!.startedAtMs).toBeGreaterThan(last)
    expect(durationMs).toBeGreaterThan(steps[2]!.startedAtMs + steps[2]!.durationMs)
  })

  test('hands on nothing that was not given', async () => {
    const { caller, requests } = answering({ 'gpt-4o': 'b' })
    await handOver(caller, [{ ...reviewer!, instructions: '' }], 'x')
    expect(requests).toEqual([{ modelId: 'gpt-4o', messages: [{ role: 'user', content: 'x' }] }])
    const { signal } = new AbortController()
    await handOver(caller, [reviewer!], 'x', { signal, sessionId: 's' })
    expect(requests[1]).toEqual({ ...requests[0], signal, sessionId: 's' })
  })

  test('puts the first failure behind its own', async () => {
    const failing = { 'codellama:34b': down, 'gpt-4o': 'b', 'claude-haiku-4-5': new Error('later') }
    const { caller } = answering(failing)
    const team = { mapper: coder!, reducer: reviewer! }
    await expect(handOver(caller, [coder!], 'x')).rejects.toMatchObject({ name: 'WorkflowError', cause: down })
    await expect(mapReduce(caller, team, ['1'])).rejects.toMatchObject({ cause: down })
    await expect(mapReduce(caller, { mapper: reviewer!, reducer: coder! }, ['1'])).rejects.toMatchObject({
      cause: down,
    })
    await expect(recover(caller, coder!, 'x')).rejects.toMatchObject({ cause: down, trace: { costNanoDollars: 0 } })
    await expect(reachConsensus(caller, agents, 'x', { quorum: 2 })).rejects.toMatchObject({
      cause: down,
      trace: { steps: [{ agent: 'coder' }, { agent: 'reviewer' }, { agent: 'analyst' }] },
    })
    // Whoever answered before the failure is not taken for it.
    const late = answering({ 'codellama:34b': ['1', down], 'gpt-4o': 'b', 'claude-haiku-4-5': down }).caller
    await expect(mapReduce(late, team, ['1', '2'], { concurrency: 1 })).rejects.toMatchObject({ cause: down })
    await expect(reachConsensus(late, [reviewer!, analyst!], 'x', { quorum: 2 })).rejects.toMatchObject({
      cause: down,
    })
    const silent = reachConsensus(answering({ 'gpt-4o': ' ' }).caller, [reviewer!], 'x')
    await expect(silent).rejects.toThrow('0 of 1 agents voted, 1 are needed')
    expect(Object.hasOwn((await silent.catch((error: unknown) => error)) as object, 'cause')).toBe(false)
  })

  test.each<[string, (caller: Caller, signal: AbortSignal) => Promise<unknown>]>([
    ['handOver()', (caller, signal) => handOver(caller, [reviewer!, coder!], 'x', { signal })],
    [
      'mapReduce(), mapping',
      (caller, signal) => mapReduce(caller, { mapper: coder!, reducer: reviewer! }, ['1'], { signal }),
    ],
    [
      'mapReduce(), reducing',
      (caller, signal) => mapReduce(caller, { mapper: reviewer!, reducer: coder! }, ['1'], { signal }),
    ],
    [
      'recover()',
      (caller, signal) => recover(caller, coder!, 'x', { signal, substitutes: [reviewer!], degrade: () => '' }),
    ],
    ['recover(), with the last', (caller, signal) => recover(caller, coder!, 'x', { signal, retries: 0 })],
    ['runParallel()', (caller, signal) => runParallel(caller, agents, 'x', { signal })],
    [
      'reachConsensus(), at the judge',
      (caller, signal) =>
        reachConsensus(caller, [reviewer!], 'x', { signal, rule: 'judge', judge: { ...coder!, name: 'judge' } }),
    ],
  ])('%s ends with the reason when it is cancelled on the way, and asks nobody else', async (_, work) => {
    const controller = new AbortController()
    const { caller, requests } = answering({
      'gpt-4o': 'b',
      'claude-haiku-4-5': waiting,
      'codellama:34b': cancelling(controller),
    })
    await expect(work(caller, controller.signal)).rejects.toThrow('enough')
    expect(requests.filter(({ modelId }) => modelId === 'codellama:34b')).toHaveLength(1)
    expect(getEventListeners(controller.signal, 'abort').length).toBeLessThanOrEqual(1)
  })

  test('no longer listens to a signal once it has ended', async () => {
    const { signal } = new AbortController()
    await runParallel(answering({ 'gpt-4o': 'b' }).caller, [reviewer!], 'x', { signal })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('works on four parts at a time unless told otherwise', async () => {
    const { busy, most } = countingAtWork()
    const parts = Array.from({ length: 9 }, (_, part) => String(part))
    await mapReduce(
      answering({ 'codellama:34b': busy, 'gpt-4o': 'b' }).caller,
      { mapper: coder!, reducer: reviewer! },
      parts,
    )
    expect(most()).toBe(4)
  })

  test('takes exactly the share of parts that is needed', async () => {
    const { caller } = answering({ 'codellama:34b': ['a', down], 'gpt-4o': echo })
    const team = { mapper: coder!, reducer: reviewer! }
    expect(await mapReduce(caller, team, ['1', '2'], { concurrency: 1, minimumShare: 0.5 })).toMatchObject({
      content: '<a>',
      missing: [1],
    })
  })

  test('tries once more unless told otherwise', async () => {
    const { caller, requests } = answering({ 'codellama:34b': down })
    await expect(recover(caller, coder!, 'x')).rejects.toThrow('so did 1 further tries')
    expect(requests).toHaveLength(2)
    await expect(recover(caller, coder!, 'x', { retries: 0 })).rejects.toThrow('so did 0 further tries')
    expect(requests).toHaveLength(3)
  })

  test('asks a judge nothing where the votes decide, and where nobody voted', async () => {
    const { caller, requests } = answering({ 'codellama:34b': 'a', 'gpt-4o': 'Abstain', o3: 'a' })
    expect(await reachConsensus(caller, [coder!], 'x', { judge })).toMatchObject({ decidedBy: 'votes' })
    await reachConsensus(caller, [reviewer!], 'x', { judge, quorum: 0 })
    expect(requests.map(({ modelId }) => modelId)).toEqual(['codellama:34b', 'gpt-4o'])
  })

  test('counts a weight of one for whoever has none, and heads by the majority', async () => {
    const { weight: _, ...weightless } = coder!
    const { caller } = answering({ 'codellama:34b': 'a', 'gpt-4o': 'b' })
    const team = [weightless, { ...reviewer!, weight: 2 }]
    expect((await reachConsensus(caller, team, 'x', { rule: 'weighted' })).votes).toEqual([
      { agent: 'coder', choice: 'a', weight: 1 },
      { agent: 'reviewer', choice: 'b', weight: 2 },
    ])
    expect((await reachConsensus(caller, team, 'x')).votes.map(({ weight }) => weight)).toEqual([1, 1])
    expect(await reachConsensus(caller, team, 'x', { rule: 'weighted', moreThan: 0.7 })).toMatchObject({
      decision: null,
      count: { leading: ['b'] },
    })
  })

  test('says whose weight is no weight', () => {
    expect(() => countVotes([{ agent: 'coder', choice: 'x', weight: -1 }])).toThrow(
      'The weight of "coder" is -1: it must be a number from 0',
    )
    expect(countVotes([{ agent: 'coder', choice: null, weight: 0 }]).abstained).toEqual(['coder'])
  })
})
