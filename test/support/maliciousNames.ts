/** Malicious names and tags that a requester can choose: at most 100 characters each. */
export const MALICIOUS_NAMES: readonly (readonly [what: string, text: string])[] = [
  ['clears the screen and sets the title of a terminal', 'a\u001b[2J\u001b]0;owned\u0007'],
  ['is a link of a terminal', '\u001b]8;;https://evil.example\u001b\\click\u001b]8;;\u001b\\'],
  ['steers by C1 controls', 'a\u009b2J\u009d0;owned\u009cb'],
  ['overwrites the text before it', 'evil\b\b\b\b\racme\u007f'],
  ['begins lines of its own', 'a\n::add-mask::x\r\nacme-prod: accepted\u2028b\u2029c\u0085d\u000bd\u000ce'],
  ['turns the direction of what follows', 'acme\u202egpj.exe\u2066x\u2069\u200f\u061c'],
  ['hides characters', 'ac\u200bme\u200d\u2060\ufeff\u00ad\u034f\u{e0041}\u3164\u2800'],
  ['poses by spaces', 'acme\u00a0prod\u2003x\u3000y'],
  ['piles up marks', `\u0301a${'\u0336\u0489\u0310\u033f'.repeat(8)}b`],
  ['is half a character', 'a\ud800b\udc00'],
  ['is a picture and a link of Markdown', '![x](https://evil.example/p.png) [sign in](https://evil.example)'],
  ['ends code and begins a table of Markdown', 'x` | y |\n|---|---|\n```\n# Approved\n~~~'],
  ['commands a CI system', 'a ##[add-mask]e ##[stop-commands]x ##vso[task.setvariable variable=x]y'],
  ['mentions people', '@org/network-team @octocat #1 :+1: <!channel> <@U123>'],
  ['is an element of HTML', '</code></td><script>alert(1)</script><img src=x onerror=alert(1)>'],
  ['breaks out of an attribute', '" onmouseover="alert(1)" x=\' autofocus &lt; &#60;script&#62;'],
  ['is a formula', "=cmd|' /C calc'!A0"],
  ['is a shell command', '$(reboot)`reboot`; reboot && reboot | sh > /tmp/x \\" \' #'],
  ['is an option', '--endpoint-url https://evil.example --cli-input-json file:///etc/passwd'],
  ['is a link of a mail program', 'CONFIRM AT HTTP://evil.example/login or www.evil.example'],
  [
    'is JSON, and a variable of a template',
    '"},"x":"<detail-target> <aws.events.event.json> \u0024{x} {{x}} %s %n',
  ],
  ['is YAML', '"]\n  freeze: false\n# - x: &a *b !!js {a: b'],
  ['is a prototype', '__proto__'],
  ['is long', 'W'.repeat(100)],
];

/** Commands that CI systems execute anywhere in a line of their logs. */
export const CI_COMMAND = /##(?:vso)?\[/;

/** The same number of harmless names. */
export const HARMLESS_NAMES = MALICIOUS_NAMES.map((_, i) => `tame-${i}`);

/** Characters that control a terminal or are invisible. A line break is only written by the product, so tests count lines. */
export const UNPRINTABLE = /[^\P{C}\n]|[\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u;

/** The same and characters that imitate others. Not allowed in notifications. */
export const MISLEADING = new RegExp(`${UNPRINTABLE.source}|\\u{2800}|(?! )\\p{Zs}|\\p{M}{4}`, 'u');

/** Texts that terminals and mail programs turn into links, except the endpoints in our own commands. */
export const LINK = /(?:https?|file):\/\/(?!127\.0\.0\.1|directconnect\.|directlink\.|fcu\.|ec2\.)|\bwww\./i;
