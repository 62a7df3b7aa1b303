import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative, sep } from 'node:path';
import { deadlineOf } from '../../core/deadline.ts';
import type { DecisionContext } from '../../core/decisionContext.ts';
import { VERIFY_OWNER } from '../../core/operatorAdvice.ts';
import { agreedKeyDigests, type Policy, recipientKey } from '../../core/policy.ts';
import { escapeInvisible, escapeText, formatFirst, quote } from '../../core/printableText.ts';
import { describeRequest, git, type Suggestion, suggestGrant } from '../../language/index.ts';
import { type LedgerOptions, openLedger } from '../ledgerOptions.ts';
import { loadOnePolicy } from '../loadPolicies.ts';
import { EXIT, type ExitCode, parseAtOption, UsageError } from '../options.ts';
import { type Paint, paintFor, printDocument } from '../output/terminal.ts';
import type { ReadRequest } from '../requests/fromReport.ts';
import { readRequest } from '../requests/readRequests.ts';
import { readRequestFile } from '../requests/requestItems.ts';

export interface SuggestOptions extends Pick<LedgerOptions, 'ledger' | 'profile'> {
  readonly request: string;
  readonly id?: string;
  readonly gateway?: string;
  readonly owner?: string;
  readonly exclusive?: boolean;
  readonly at?: string;
  readonly json?: boolean;
}

/** `policy suggest`: prints the narrowest edit that would allow a held request, as a patch. Changes no file. */
export async function policySuggest(named: string | undefined, options: SuggestOptions): Promise<ExitCode> {
  const at = parseAtOption(options.at);
  const { file, policy } = loadOnePolicy(named);
  const { text, file: requestFile } = await readRequestFile(options.request);
  const target = { ...policy, agreedKeys: agreedKeyDigests(policy) };
  const { read, context } = await withLedger(
    readRequest(text, requestFile, target, options.id ?? null),
    policy,
    options,
  );
  const source = { file, text: readFileSync(file, 'utf8') };
  const { path, folder } = choosePatchPath(file, process.cwd());
  const { request, absent } = read;
  const { gateway = null, owner = null, exclusive: isExclusive = false } = options;
  const wish = { request, absent, gateway, owner, isExclusive, at, path };
  const suggestion = suggestGrant(source, policy, context === null ? wish : { ...wish, context });
  if (suggestion.kind === 'chooseOwner') throw new UsageError(askForOwner(suggestion));
  printSuggestion(suggestion, read, { folder, hasLedger: context !== null }, options.json ?? false);
  return suggestion.kind === 'none' ? EXIT.failed : EXIT.done;
}

type Patch = Extract<Suggestion, { kind: 'patch' }>;
/** What is printed: an owner that is missing is wrong usage. */
type Printed = Exclude<Suggestion, { kind: 'chooseOwner' }>;

function askForOwner({ connection, owners }: Extract<Suggestion, { kind: 'chooseOwner' }>): string {
  if (owners.length === 0)
    return `no owner of the policy lists connection ${quote(connection)}: omit \`--owner\`, and the patch adds a new owner`;
  return `connection ${quote(connection)} does not identify who made the request: verify it out of band, then name one of ${formatFirst(owners.map(quote), 5)} with \`--owner\``;
}

/** How a suggestion was made, and where it is applied. */
interface Circumstances {
  /** where `git apply` must run; `null`: the current folder */
  readonly folder: string | null;
  /** whether the ledger was read, which records what counts for a limit */
  readonly hasLedger: boolean;
}

/** Describes a suggested patch: the request, what to confirm first, and which fields it does not pin. */
function describeSuggestion(
  suggestion: Printed,
  read: ReadRequest,
  circumstances: Circumstances,
  paint: Paint,
): string {
  const { request, deadline } = read;
  const about = `${escapeText(request.id)}: ${describeRequest({ request })}`;
  const warnings = describeSuggestionWarnings(suggestion, read, circumstances, paint);
  switch (suggestion.kind) {
    case 'accepted':
      return `${about}\n${paint.good('nothing to edit:')} \`${suggestion.owner}.${suggestion.grant}\` accepts it`;
    case 'none':
      return [about, ...warnings].join('\n');
    case 'patch':
      return [
        about,
        `expires: ${describeDeadline(deadline)}`,
        ...warnings,
        `The patch accepts requests with exactly the values that it names, one at a time, until ${suggestion.until}. It is not applied yet. ` +
          'After applying it, run `policy check` and `policy diff`.',
      ].join('\n');
    default:
      return suggestion satisfies never;
  }
}

/** Quotes text so that a shell reads it as one word. */
function shellWord(text: string): string {
  return /^[\w/.,:@%+-]+$/.test(text) ? text : `'${escapeInvisible(text).replaceAll("'", `'\\''`)}'`;
}

/** The warnings about a suggestion, which a person must see also when a program reads the patch. */
export function describeSuggestionWarnings(
  suggestion: Printed,
  { assumed, absent }: ReadRequest,
  { folder, hasLedger }: Circumstances,
  paint: Paint,
): string[] {
  if (suggestion.kind === 'accepted') return [];
  if (suggestion.kind === 'none')
    return [paint.bad('no edit to suggest:'), ...suggestion.why.map((why) => `  ${why}`)];
  return [
    ...assumed,
    ...describeUnpinnedFields(suggestion, absent, paint),
    ...describeCounted(suggestion).map((line) => `${paint.warn('limit:')} ${line}`),
    ...(hasLedger || suggestion.isNewOwner
      ? []
      : [
          `${paint.warn('limit:')} without \`--ledger\`, interfaces that were accepted under a removed or renamed grant are not counted; with such interfaces, the new grant needs a higher \`limit\``,
        ]),
    ...listConfirmations(suggestion, paint),
    ...(folder === null
      ? []
      : [`The file is not below this folder: apply the patch with \`git -C ${shellWord(folder)} apply\`.`]),
  ];
}

/** Lists the fields that the patch cannot pin, one per line. The grant is wider by these. */
function describeUnpinnedFields(suggestion: Patch, absent: ReadRequest['absent'], paint: Paint): string[] {
  const fields = suggestion.unpinned;
  const lines = fields.map(({ field, why }) => `${paint.warn('not restricted:')} ${field}, because ${why}`);
  return fields.some(({ field }) => absent.has(field))
    ? [
        ...lines,
        '  the output of `describe-virtual-interfaces`, and that of `status --json` when the API answers, has every field',
      ]
    : lines;
}

/** Why the limit of the grant is more than 1. */
export function describeCounted({ counted }: Pick<Patch, 'counted'>): string[] {
  if (counted.length === 0) return [];
  return [
    `the grant has \`limit: ${counted.length + 1}\`, because ${formatFirst(counted.map(escapeText), 5)} ${counted.length === 1 ? 'counts' : 'count'} for it too: accepted for this owner and gateway under a grant that was removed or renamed, or equal to this request`,
  ];
}

/** Lists what to confirm with the owner before the patch is applied. */
function listConfirmations(
  { isNewOwner, owner, gateway, pins, sharing, alternative }: Patch,
  paint: Paint,
): string[] {
  if (!isNewOwner)
    return [
      `${paint.warn('confirm first:')} with owner \`${owner}\`, that they made this request, and that gateway \`${gateway}\` is right`,
      ...(pins
        ? [
            '  the connection is shared: other customers of the carrier can make requests on it, and copy everything but the ID; the owner must know the ID',
          ]
        : []),
    ];
  return [
    `${paint.warn(`${VERIFY_OWNER}:`)} no owner in the policy has this connection`,
    '  - who made the request; name, VLAN, ASN, addresses and tags are chosen by the requester and prove nothing',
    '  - that they requested this interface, with these values',
    `  - that they may reach gateway \`${gateway}\``,
    '  Then name the owner, and add its `account` if you know it.',
    `${paint.warn('decide first:')} ${SHARING_QUESTION}`,
    sharing === 'shared'
      ? '  The patch lists the connection as shared, and accepts only the interface with this ID.'
      : '  The patch lists the connection as exclusive: it then identifies this owner for every request on it.',
    ...(alternative === null
      ? []
      : [
          `  For the other answer${sharing === 'shared' ? ', which `--exclusive` prints as the patch' : ''}:`,
          ...alternative.patch
            .trimEnd()
            .split('\n')
            .map((line) => `    ${line}`),
        ]),
  ];
}

const SHARING_QUESTION =
  "does this party have the connection for itself? Ask the carrier. An interface that was ordered in a carrier's portal is on a shared connection. In doubt, it is shared.";

function describeDeadline(deadline: ReadRequest['deadline']): string {
  if (deadline === null || deadline.latest === null) return 'not given in the file; see `status`';
  return deadline.earliest === null
    ? `at any moment, at ${deadline.latest} at the latest`
    : `between ${deadline.earliest} and ${deadline.latest}`;
}

/** Takes the expiry, and what counts for a limit, from the ledger, when one is named. */
async function withLedger(
  read: ReadRequest,
  { recipient }: Policy,
  options: SuggestOptions,
): Promise<{ readonly read: ReadRequest; readonly context: DecisionContext | null }> {
  if (options.ledger === undefined) return { read, context: null };
  const { observations, intents, acceptances, damaged } = await openLedger(options).readState(
    recipientKey(recipient),
  );
  const observation = observations[read.request.id];
  return {
    read: observation === undefined ? read : { ...read, deadline: deadlineOf(observation, recipient.expiry) },
    // The ledger has no listing: only what it records is known to be live.
    context: {
      interfaces: [read.request],
      ...{ intents, acceptances, damaged },
      ownConnections: { known: true, ids: new Set() },
      acceptedThisRun: 0,
    },
  };
}

/** Prints only the patch or the document on standard output, so that it can be piped into `git apply`. */
function printSuggestion(
  suggestion: Printed,
  read: ReadRequest,
  circumstances: Circumstances,
  json: boolean,
): void {
  const paint = paintFor(process.stderr);
  const lines = json
    ? describeSuggestionWarnings(suggestion, read, circumstances, paint)
    : [describeSuggestion(suggestion, read, circumstances, paint)];
  process.stderr.write(lines.map((line) => `${line}\n`).join(''));
  if (json) printDocument(suggestion);
  else if (suggestion.kind === 'patch') process.stdout.write(suggestion.patch);
}

/** The path of the file in a patch, and the folder in which the patch can be applied. */
interface PatchPath {
  /** with `/` between folders */
  readonly path: string;
  /** `null`: the current folder */
  readonly folder: string | null;
}

/**
 * The path for `git apply`: relative to the current folder or, for a file outside of it, to the work tree of the file, because git
 * patches nothing outside of the folder where it runs. Symbolic links are resolved, because git does not follow them.
 */
function choosePatchPath(file: string, cwd: string): PatchPath {
  const [real, here] = [realpathSync(file), realpathSync(cwd)];
  const inner = pathWithin(here, real);
  if (inner !== null) return { path: inner, folder: null };
  const top = findWorkTree(dirname(real));
  const path = top === null ? null : pathWithin(top, real);
  return path === null ? { path: basename(real), folder: dirname(real) } : { path, folder: top };
}

/** `null` when the file is not below the folder. */
export function pathWithin(folder: string, file: string): string | null {
  const path = relative(folder, file);
  return isAbsolute(path) || path.split(sep)[0] === '..' ? null : path.split(sep).join('/');
}

/** `null` without git or a work tree. */
export function findWorkTree(folder: string): string | null {
  const { status, stdout } = git(folder, ['rev-parse', '--show-toplevel']);
  return status === 0 ? stdout.replace(/\n$/, '') : null;
}
