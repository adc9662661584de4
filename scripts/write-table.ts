import { readFile } from 'node:fs/promises'
import writeFileAtomic from 'write-file-atomic'

/**
 * Puts a table into a document, in place of what stands between `<!-- mark -->` and `<!-- /mark -->`.
 * @throws Error when the document lacks the marks.
 */
export async function writeTable(path: string, mark: string, table: string): Promise<void> {
  const text = await readFile(path, 'utf8')
  const marked = new RegExp(`(<!-- ${mark} -->\\n).*(<!-- /${mark} -->)`, 's')
  if (!marked.test(text)) throw new Error(`Cannot write the table into ${path}: it lacks the marks "${mark}"`)
  await writeFileAtomic(
    path,
    text.replace(marked, (_, begin: string, end: string) => `${begin}\n${table}\n\n${end}`),
  )
}
