/**
 * JSON that can stand inside a `<script>` element: no text in it can close the element or open a comment.
 * @example embedJson({ name: '</script>' }) // '{"name":"\\u003c/script\\u003e"}'
 */
export function embedJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
