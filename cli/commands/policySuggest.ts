import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative, sep } from 'node:path';
import { deadlineOf } from '../../core/deadline.ts';
import { VERIFY_OWNER } from '../../core/operatorAdvice.ts';
import { type Policy, recipientKey } from '../../core/policy.ts';
import { escapeInvisible, escapeText } from '../../core/printableText.ts';
import { git, type Suggestion, suggest, wordsOfRequest } from '../../language/index.ts';
import { type LedgerOptions, openLedger } from '../ledgerOptions.ts';
import { loadOnePolicy } from '../loadPolicies.ts';
import { EXIT, type ExitCode, parseAtOption } from '../options.ts';
import { type Paint, paintFor, printDocument } from '../output/terminal.ts';
import type { ReadRequest } from '../requests/fromReport.ts';
import { readRequest } from '../requests/readRequests.ts';
import { readRequestFile } from '../requests/requestItems.ts';

type Patch = Extract<Suggestion, { kind: 'patch' }>;

/**
 * What is printed beside a suggested patch: for whom it is, what to confirm first, and what it does not say.
 * @param folder where `git apply` must run; `null`: here
 */
function describeSuggestion(
  suggestion: Suggestion,
  read: ReadRequest,
  folder: string | null,
  paint: Paint,
): string {
  const { request, deadline } = read;
  const about = `${escapeText(request.id)}: ${wordsOfRequest({ request })}`;
  const warnings = describeSuggestionWarnings(suggestion, read, folder, paint);
  switch (suggestion.kind) {
    case 'accepted':
      return `${about}\n${paint.good('nothing to edit:')} \`${suggestion.owner}.${suggestion.grant}\` accepts it`;
    case 'none':
      return [about, ...warnings].join('\n');
    case 'patch':
      return [
        about,
        `expires: ${deadlineWords(deadline)}`,
        ...warnings,
        `The patch lets in what has all of the values that it names, one at a time, until ${suggestion.until}; it is not applied. Then: ` +
          'policy check, policy diff.',
      ].join('\n');
    default:
      return suggestion satisfies never;
  }
}

/** As a shell takes it for one word. */
function shellWord(text: string): string {
  return /^[\w/.,:@%+-]+$/.test(text) ? text : `'${escapeInvisible(text).replaceAll("'", `'\\''`)}'`;
}

/** The part of it that a person must see, whatever reads the rest. */
export function describeSuggestionWarnings(
  suggestion: Suggestion,
  { assumed, absent }: ReadRequest,
  folder: string | null,
  paint: Paint,
): string[] {
  if (suggestion.kind === 'accepted') return [];
  if (suggestion.kind === 'none')
    return [paint.bad('no edit to suggest:'), ...suggestion.why.map((why) => `  ${why}`)];
  return [
    ...assumed.map((one) => `assumed: ${one}`),
    ...unpinned(suggestion, absent, paint),
    ...confirmations(suggestion, paint),
    ...(folder === null
      ? []
      : [`The file is not below this folder: apply the patch with \`git -C ${shellWord(folder)} apply\`.`]),
  ];
}

/** What cannot be demanded, a line each: the grant is as much wider. */
function unpinned(suggestion: Patch, absent: ReadRequest['absent'], paint: Paint): string[] {
  const fields = suggestion.unpinned;
  const lines = fields.map(({ field, why }) => `${paint.warn('not pinned:')} ${field}, as ${why}`);
  return fields.some(({ field }) => absent.has(field))
    ? [
        ...lines,
        '  what `describe-virtual-interfaces` answers, and what `status --json` shows when the API answers, has all that there is',
      ]
    : lines;
}

function confirmations({ isNewOwner, owner, gateway }: Patch, paint: Paint): string[] {
  if (!isNewOwner)
    return [
      `${paint.warn('confirm first:')} with owner \`${owner}\`, that they asked for this, and gateway \`${gateway}\``,
    ];
  return [
    `${paint.warn(`${VERIFY_OWNER}:`)} no owner in the policy has this connection`,
    '  - whose the connection is: the provider, or a contract, says so; its name, VLAN, ASN, addresses and tags are the',
    "    requester's own words and prove nothing",
    '  - that they asked for this interface, with these values',
    `  - that gateway \`${gateway}\` is what they are to reach`,
    '  Then give the owner its name, and its `account` where you know it.',
  ];
}

function deadlineWords(deadline: ReadRequest['deadline']): string {
  if (deadline === null || deadline.latest === null) return 'the file does not say; `status` does';
  return deadline.earliest === null
    ? `at ${deadline.latest} at the latest; it may be at any moment`
    : `between ${deadline.earliest} and ${deadline.latest}`;
}

export interface SuggestOptions extends Pick<LedgerOptions, 'ledger' | 'profile'> {
  readonly request: string;
  readonly id?: string;
  readonly gateway?: string;
  readonly at?: string;
  readonly json?: boolean;
}

/** `policy suggest`: the narrowest edit that would let a held request in, as a patch on standard output. Changes nothing. */
export async function policySuggest(named: string | undefined, options: SuggestOptions): Promise<ExitCode> {
  const at = parseAtOption(options.at);
  const { file, policy } = loadOnePolicy(named);
  const { text, file: requested } = await readRequestFile(options.request);
  const read = await withDeadline(readRequest(text, requested, policy, options.id ?? null), policy, options);
  const source = { file, text: readFileSync(file, 'utf8') };
  const { path, folder } = patchPathOf(file, process.cwd());
  const { request, absent } = read;
  const wish = { request, absent, gateway: options.gateway ?? null, at, path };
  const suggestion = suggest(source, policy, wish);
  print(suggestion, read, folder, options.json ?? false);
  return suggestion.kind === 'none' ? EXIT.failed : EXIT.done;
}

/** What the ledger remembers of it goes before what the file says. */
async function withDeadline(
  read: ReadRequest,
  { recipient }: Policy,
  options: SuggestOptions,
): Promise<ReadRequest> {
  if (options.ledger === undefined) return read;
  const { observations } = await openLedger(options).readState(recipientKey(recipient));
  const sighting = observations[read.request.id];
  return sighting === undefined ? read : { ...read, deadline: deadlineOf(sighting, recipient.expiry) };
}

/** Standard output is for the patch, or the document, alone: it can be piped into `git apply`. */
function print(suggestion: Suggestion, read: ReadRequest, folder: string | null, json: boolean): void {
  const paint = paintFor(process.stderr);
  const lines = json
    ? describeSuggestionWarnings(suggestion, read, folder, paint)
    : [describeSuggestion(suggestion, read, folder, paint)];
  process.stderr.write(lines.map((line) => `${line}\n`).join(''));
  if (json) printDocument(suggestion);
  else if (suggestion.kind === 'patch') process.stdout.write(suggestion.patch);
}

/** How a patch names its file, and from where it can be applied. */
interface PatchPath {
  /** with `/` between folders */
  readonly path: string;
  /** `null`: where the command was typed */
  readonly folder: string | null;
}

/**
 * The path that `git apply` takes: relative to the current folder, or, of a file outside of it, to the work tree that it is in,
 * since git patches nothing outside of the folder where it runs. Symbolic links are followed, as git does not.
 */
function patchPathOf(file: string, cwd: string): PatchPath {
  const [real, here] = [realpathSync(file), realpathSync(cwd)];
  const inner = within(here, real);
  if (inner !== null) return { path: inner, folder: null };
  const top = workTreeOf(dirname(real));
  const path = top === null ? null : within(top, real);
  return path === null ? { path: basename(real), folder: dirname(real) } : { path, folder: top };
}

/** `null` when the file is not below the folder. */
function within(folder: string, file: string): string | null {
  const path = relative(folder, file);
  return isAbsolute(path) || path.split(sep)[0] === '..' ? null : path.split(sep).join('/');
}

/** `null` without git or a work tree. */
function workTreeOf(folder: string): string | null {
  const { status, stdout } = git(folder, ['rev-parse', '--show-toplevel']);
  return status === 0 ? stdout.replace(/\n$/, '') : null;
}
