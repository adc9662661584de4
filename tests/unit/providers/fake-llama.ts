import type { Llama, LlamaModel, LlamaSequence } from '../../../fixtures/providers/engine/engine.ts'

export interface FakeLlama extends Llama {
  /** What was loaded, oldest first. */
  readonly loaded: { modelPath: string; contextSize: number; disposed: boolean }[]
  /** Tokens read by each request: what the cache held is not among them. */
  readonly read: number[][]
}

/** Token 1 begins a text where the model has such a token, 2 ends it, any other is a character. */
const [begin, end] = [1, 2]
const tokenize = (text: string) => Array.from(text, (character) => character.charCodeAt(0))

/** Stands in for node-llama-cpp: a token a character, and always the same answer. */
export function createFakeLlama({
  answer = 'Well said.',
  window = 1_000,
  begins = true,
  onLoad = async (_modelPath: string) => {},
} = {}): FakeLlama {
  const loaded: FakeLlama['loaded'] = []
  const read: number[][] = []
  return {
    loaded,
    read,
    async loadModel({ modelPath }): Promise<LlamaModel> {
      await onLoad(modelPath)
      const entry = { modelPath, contextSize: 0, disposed: false }
      loaded.push(entry)
      return {
        tokenize,
        detokenize: (tokens) => String.fromCharCode(...tokens),
        isEogToken: (token) => token === end,
        tokens: { bos: begins ? begin : null },
        trainContextSize: window,
        async createContext({ contextSize }) {
          entry.contextSize = contextSize
          return { getSequence: () => createSequence(answer, read) }
        },
        async dispose() {
          entry.disposed = true
        },
      }
    },
  }
}

function createSequence(answer: string, read: number[][]): LlamaSequence {
  let state: number[] = []
  return {
    get nextTokenIndex() {
      return state.length
    },
    async adaptStateToTokens(tokens) {
      const differs = state.findIndex((token, index) => token !== tokens[index])
      if (differs >= 0) state = state.slice(0, differs)
    },
    async *evaluate(tokens) {
      read.push(tokens)
      state.push(...tokens)
      for (const token of [...tokenize(answer), end]) {
        yield token
        state.push(token)
      }
    },
  }
}
