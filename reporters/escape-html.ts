import { plainText } from './plain-text.ts'

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/**
 * Text from elsewhere as HTML text or attribute value.
 * @example escapeHtml('<b>"x"') // '&lt;b&gt;&quot;x&quot;'
 */
export function escapeHtml(text: string, limit = 500): string {
  return plainText(text, limit).replace(/[&<>"']/g, (character) => entities[character]!)
}
