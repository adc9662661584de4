const mark = '[redacted]'

/** What a name ends in when its value is a secret. */
const secretName =
  '(?:api[-_]?key|apikey|access[-_]?key(?:[-_]?id)?|secret[-_]?key|private[-_]?key|secret|token|passw(?:or)?d|passphrase|credentials?|signature|auth)'

const rules: readonly [RegExp, string][] = [
  // -----BEGIN … PRIVATE KEY----- blocks
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g, mark],
  // Header lines and header objects: the whole value, up to the end of line or quote
  [
    /\b((?:proxy-)?authorization|(?:set-)?cookie|x-[a-z-]{0,30}(?:key|token|secret)|api-key)(["']?\s*[:=]\s*)(["']?)[^"'\r\n]+/gi,
    `$1$2$3${mark}`,
  ],
  [/\b(bearer|basic)(\s+)[\w.~+/=-]{8,}/gi, `$1$2${mark}`],
  // User and password in a URL
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#@"'<>]{1,1000}@/gi, `$1${mark}@`],
  // Query parameters
  [
    new RegExp(
      String.raw`([?&;](?:[\w.-]{0,60}${secretName}|key|sig|x-(?:amz|goog)-(?:signature|credential|security-token))=)[^&#\s"'<>]+`,
      'gi',
    ),
    `$1${mark}`,
  ],
  // NAME_KEY=value, "apiKey": "value", --token=value
  [
    new RegExp(
      String.raw`\b([A-Za-z][\w.-]{0,60}?)?(${secretName})(["']?\s*(?:=|:\s*(?=["']))\s*)(["']?)[^\s"',;&}]+`,
      'gi',
    ),
    `$1$2$3$4${mark}`,
  ],
  [
    /\b([A-Z][A-Z0-9_]{0,60}_(?:KEY|TOKEN|SECRET|PASSWORD|PASS|CREDENTIALS?))(\s*[:=]\s*)(["']?)[^\s"',;]+/g,
    `$1$2$3${mark}`,
  ],
  // Tokens known by their prefix
  [
    /\b(?:sk|pk|rk)-[\w-]{16,}|\b(?:sk|pk|rk)_(?:live|test)_\w{10,}|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bxox[abeoprs]-[\w-]{10,}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{30,}|\bnpm_\w{30,}|\bhf_\w{20,}|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+/g,
    mark,
  ],
]

/**
 * The text without what looks like a secret: authorisation headers, cookies, passwords and keys in URLs, `NAME_KEY=…`
 * pairs, tokens with a known prefix, private keys, and each of `known` wherever it stands. Applied where text enters a Run.
 * @example redactSecrets('GET https://h/v1?key=abc failed') // 'GET https://h/v1?key=[redacted] failed'
 */
export function redactSecrets(text: string, known: readonly string[] = []): string {
  let result = text
  for (const secret of known) if (secret !== '') result = result.replaceAll(secret, mark)
  for (const [pattern, replacement] of rules) result = result.replace(pattern, replacement)
  return result
}

const minimumLength = 8

/**
 * The values in an environment whose names say that they are secret, longest first. Those under 8 characters are left
 * out: they would be found in ordinary words.
 * @example secretValues({ OPENAI_API_KEY: 'abcdefgh', HOME: '/root' }) // ['abcdefgh']
 */
export function secretValues(environment: Record<string, string | undefined>): string[] {
  const name = new RegExp(`(?:^|_)(?:key|pat|${secretName})$`, 'i')
  return Object.entries(environment)
    .filter(([key, value]) => name.test(key) && (value?.length ?? 0) >= minimumLength)
    .map(([, value]) => value!)
    .toSorted((a, b) => b.length - a.length)
}
