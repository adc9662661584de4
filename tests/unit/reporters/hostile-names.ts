/** Texts that break a format which forgets to escape; every renderer's tests run over them. */
export const hostileNames: Record<string, string> = {
  pipe: 'a|b||c',
  backticks: '`code` ``` fence',
  script: '<script>alert(1)</script>',
  closing: '</script></style></svg><img src=x onerror=alert(1)>',
  comment: '<!--<script>',
  quotes: `"double" 'single'`,
  newline: 'first\r\nsecond\n# third\n| a | b |',
  ansi: '\u001b[31mred\u001b[0m\u001b]8;;http://x.test\u0007link\u001b]8;;\u0007',
  rightToLeft: 'abc\u202edcb\u2066xyz\u2069',
  long: 'x'.repeat(10_000),
  path: '../../etc/passwd\\..\\C:\\x',
  formula: '=HYPERLINK("http://x.test","y")',
  mention: '@everyone [link](http://x.test) ![image](x)',
  template: '$&$1{{y}}{b}{c}%s',
  surrogate: 'lone \ud800 half',
  prototype: '__proto__',
}
