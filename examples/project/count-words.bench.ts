import { test } from 'vitest'
import { countWords } from './count-words.ts'

const text = 'The quick brown fox jumps over the lazy dog. '.repeat(50)

test('counting words', { tags: ['quick'] }, async ({ bench }) => {
  const count = countWords
  await bench('words_count', { category: 'words' }, () => count(text)).run()
})
