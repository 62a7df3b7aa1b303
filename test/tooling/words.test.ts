import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Words that docs/glossary.md forbids, each with the words to use instead. Matched as whole words, ignoring case. */
const FORBIDDEN: Readonly<Record<string, { readonly pattern: RegExp; readonly instead: string }>> = {
  tell: {
    pattern: /\b(?:un)?(?:tell|tells|telling|told)\b/i,
    instead: 'report, log, alert, notify, print, distinguish',
  },
  mend: { pattern: /\bmend(?:s|ed|ing)?\b/i, instead: 'fix' },
  fault: { pattern: /\bfault(?:s|y)?\b/i, instead: 'error, warning, problem' },
  sound: { pattern: /\b(?:un)?sound(?:s|ed|ing)?\b/i, instead: 'valid; an alarm fires' },
  nobody: { pattern: /\bnobody\b/i, instead: 'no one, never' },
  whoever: {
    pattern: /\bwhoever\b|(?:^|[.:;!?] |\/\*\* |\/\/ |[('`])whatever\b/i,
    instead: 'the caller, the user, any',
  },
  anew: { pattern: /\banew\b/i, instead: 'again, new' },
  'of then': { pattern: /\bof then\b/i, instead: 'used at the time' },
  'of ours': { pattern: /\bof ours\b/i, instead: 'our' },
  'goes on': { pattern: /\b(?:go|goes|went) on\b/i, instead: 'continues' },
  'passed over': { pattern: /\bpass(?:ed|es)? over\b/i, instead: 'skipped, processed' },
  'looked at': { pattern: /\blooked at\b/i, instead: 'read, processed, checked' },
  judge: { pattern: /\bjudg(?:e|es|ed|ing|ement|ment)\b/i, instead: 'evaluate' },
  heard: { pattern: /\b(?:hear|hears|heard|hearing)\b/i, instead: 'receive, record' },
  news: { pattern: /\bnews\b/i, instead: 'events' },
  loudly: { pattern: /\bloud(?:ly)?\b/i, instead: 'say what happens: alerts, fails' },
  stands: { pattern: /\bstands\b(?! (?:for|in|still))/i, instead: 'is' },
  stranger: { pattern: /\bstrangers?\b/i, instead: 'unknown requester' },
  orphan: { pattern: /\borphan(?:s|ed)?\b/i, instead: 'ungranted interface' },
  sighting: { pattern: /\b(?:sighting|sightings|sighted)\b/i, instead: 'observation' },
  announce: { pattern: /\b(?:un)?announc(?:e|es|ed|er|ers|ing|ement|ements)\b/i, instead: 'event, publish' },
  award: { pattern: /\baward(?:s|ed)?\b/i, instead: 'assignment' },
  'by hand': { pattern: /\bby hand\b/i, instead: 'manual override, manually' },
  pass: {
    pattern:
      /\b(?:a|an|the|each|every|one|no|next|last|first|second|third|this|same|per|whole|idle|quiet|failed|another|later|single) pass\b|\bpass (?:over|report|failed|failing|completed|limit)\b|\b(?:passes|pass) (?:fail|that failed|run)\b/i,
    instead: 'run',
  },
  'early end': { pattern: /\b(?:early|late) end\b/i, instead: 'earliest expiry, latest expiry' },
  'hold line': { pattern: /\bhold lines?\b/i, instead: 'hold rule' },
};

type Word = keyof typeof FORBIDDEN;

interface Exception {
  readonly words: readonly Word[];
  readonly files: RegExp;
  /** only lines that match; default: all lines */
  readonly lines?: RegExp;
  /** only files with a matching text; default: all files */
  readonly fileContains?: RegExp;
  readonly reason: string;
}

/** Where a forbidden word is right. */
const EXCEPTIONS: readonly Exception[] = [
  {
    words: Object.keys(FORBIDDEN),
    files: /^(docs\/glossary\.md|test\/tooling\/words\.test\.ts)$/,
    reason: 'lists the forbidden words',
  },
  {
    words: Object.keys(FORBIDDEN),
    files: /^(CHANGELOG|docs\/upgrade)\.md$/,
    reason: 'describes past releases with the names that they used',
  },
  {
    words: ['fault'],
    files: /^(emulator\/|cli\/commands\/simulate\.ts$|test\/(emulator|soak|fuzz)\/|docs\/emulator\.md$)/,
    reason: 'a fault is an injected failure of the emulator',
  },
  {
    words: ['fault'],
    files: /^(test|demo|bench|cli\/commands)\//,
    fileContains: /\b(?:addFault|clearFaults|FaultInput|createFaultQueue)\b/,
    reason: 'the file injects failures into the emulator',
  },
  {
    words: ['fault'],
    files: /^docs\/trust\.md$/,
    lines: /faults of calls|without faults/,
    reason: 'a fault is an injected failure of the simulation',
  },
  {
    words: ['nobody'],
    files: /./,
    lines: /notify[=:] ?'?nobody|[`']nobody\\?[`']/,
    reason: 'the value of the option `notify`',
  },
  {
    words: ['pass'],
    files: /^(core|language|adapters|cli|test)\//,
    lines: /accepts?PerPass|laterPass|not-?[pP]ass/,
    reason: 'a key or value that earlier releases wrote is still read',
  },
  {
    words: ['fault', 'by hand', 'orphan', 'mend', 'pass'],
    files: /^(language\/recordedRequests\.ts|cli\/requests\/\w+\.ts|test\/(?:cli|fuzz)\/\w+\.test\.ts)$/,
    lines: /\b(?:faults|acceptByHand|orphans|mend|passes)\b\??:|written\.faults|`faults`|'Pass Failed'/,
    reason: 'a JSON key of earlier releases is still read',
  },
  {
    words: ['tell', 'mend', 'fault', 'orphan', 'sighting', 'announce', 'pass', 'by hand'],
    files:
      /^(adapters\/ledgers\/(formats\/|ledgerItems\.ts$)|test\/ledgers\/(storedNames|renameStoredKeys|contractDamage)\.test\.ts$|test\/(golden|upgrade)\/)/,
    reason: 'the names that the ledger stores do not change: this code converts them',
  },
  {
    words: ['fault', 'sighting', 'announce'],
    files:
      /^(docs\/ledger\.md$|adapters\/ledgers\/dynamo\/|test\/(?:ledgers|cli|metrics|run|soak|fuzz|tooling\/matchField)\/)/,
    lines: /['"`/.[](?:faults|sightings?|announcements?)\b|STORED_NAMES\.\w+/,
    reason: 'a name that the ledger stores',
  },
];

/** Product code, tests and documents. Recorded data, archives of earlier releases and generated files are left out. */
const FILES = globSync([
  '{adapters,bench,bin,cli,core,demo,emulator,infra,lambda,language,run,scripts,test}/**/*.{ts,mjs,cjs,sh}',
  'bin/vif-acceptor',
  '{docs,examples}/**/*.{md,yaml,json}',
  'emulator/*.md',
  'templates/**/*.{md,mjs,yaml,json}',
  'templates/policy-repository/{scripts/*,_*,.gitlab-ci.yml,.github/CODEOWNERS,.github/*.yml,.github/workflows/*.yml}',
  'create/*',
  'docs/systemd/*',
  '.github/workflows/*.yml',
  '.ci/run',
  '*.{md,mjs}',
]).filter((file) => !/^test\/golden\/[^/]+\/|\/recordings\/|\.schema\.json$/.test(file));

/** Splits identifiers at camelCase and underscores, so that their words match too: `toldBy_News` becomes `told By News`. */
function withSplitIdentifiers(line: string): string {
  return line
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replaceAll('_', ' ');
}

function appliesTo({ words, files, lines, fileContains }: Exception, word: Word, found: Found): boolean {
  return (
    words.includes(word) &&
    files.test(found.file) &&
    (lines === undefined || lines.test(found.line)) &&
    (fileContains === undefined || fileContains.test(found.text))
  );
}

interface Found {
  readonly file: string;
  readonly line: string;
  /** of the whole file */
  readonly text: string;
}

/** Forbidden words in a file, before exceptions. */
function allForbiddenWordsIn(file: string, text: string): (Found & { word: Word; at: number })[] {
  return text.split('\n').flatMap((line, i) => {
    const split = withSplitIdentifiers(line);
    return Object.entries(FORBIDDEN)
      .filter(([, { pattern }]) => pattern.test(line) || pattern.test(split))
      .map(([word]) => ({ file, text, line, word, at: i + 1 }));
  });
}

/** Forbidden words in a file, as `FILE:LINE word: text`. */
function forbiddenWordsIn(file: string, text: string): string[] {
  return allForbiddenWordsIn(file, text)
    .filter((found) => !EXCEPTIONS.some((exception) => appliesTo(exception, found.word, found)))
    .map(
      ({ word, at, line }) =>
        `${file}:${at} \`${word}\` (use: ${FORBIDDEN[word]?.instead}): ${line.trim().slice(0, 160)}`,
    );
}

describe('plain words', () => {
  it('are used everywhere: no file contains a word that the glossary forbids', () => {
    expect(FILES.length).toBeGreaterThan(400);
    const found = FILES.flatMap((file) => forbiddenWordsIn(file, readFileSync(file, 'utf8')));
    expect(found).toEqual([]);
  });

  it.each([
    ['tell', '// It tells the owner.'],
    ['tell', 'const toldCommands = 1;'],
    ['fault', 'formatFault(error)'],
    ['sound', 'an unsound policy'],
    ['by hand', 'acceptByHand: null'],
    ['pass', 'after each pass'],
    ['announce', 'AnnouncementFailed'],
    ['goes on', 'accepting goes on'],
  ])('are enforced: `%s` is found in `%s`', (word, line) => {
    expect(forbiddenWordsIn('core/example.ts', line)).toEqual([
      expect.stringContaining(`core/example.ts:1 \`${word}\``),
    ]);
  });

  it.each([
    'the stories of a newspaper, and a soundtrack',
    'it passes its arguments, and a test passes',
    'const defaultValue = 1;',
    'a bypass of the policy',
  ])('are compared as whole words: `%s` is allowed', (line) => {
    expect(forbiddenWordsIn('core/example.ts', line)).toEqual([]);
  });

  it('have only exceptions that are needed', () => {
    const found = FILES.flatMap((file) => allForbiddenWordsIn(file, readFileSync(file, 'utf8')));
    const unused = EXCEPTIONS.filter(
      (exception) => !found.some((one) => appliesTo(exception, one.word, one)),
    );
    expect(unused.map(({ reason }) => reason)).toEqual([]);
  });
});
