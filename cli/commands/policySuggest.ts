import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative, sep } from 'node:path';
import { deadlineOf } from '../../core/deadline.ts';
import { type Policy, recipientKey } from '../../core/policy.ts';
import { git, type Suggestion, suggest } from '../../language/index.ts';
import { EXIT, type ExitCode } from '../exitCodes.ts';
import { instantOf } from '../instant.ts';
import { type LedgerOptions, ledgerFor } from '../ledgerOptions.ts';
import { onePolicy } from '../loadPolicies.ts';
import { printDocument } from '../output/jsonDocument.ts';
import { paintFor } from '../output/paint.ts';
import { describeSuggestion, warningsOn } from '../output/suggestionText.ts';
import { requestFile } from '../requests/file.ts';
import type { ReadRequest } from '../requests/fromReport.ts';
import { readRequest } from '../requests/readRequests.ts';

export interface SuggestOptions extends Pick<LedgerOptions, 'ledger' | 'profile'> {
  readonly request: string;
  readonly id?: string;
  readonly gateway?: string;
  readonly at?: string;
  readonly json?: boolean;
}

/** `policy suggest`: the narrowest edit that would let a held request in, as a patch on standard output. Changes nothing. */
export async function policySuggest(named: string | undefined, options: SuggestOptions): Promise<ExitCode> {
  const at = instantOf(options.at);
  const { file, policy } = onePolicy(named);
  const { text, file: requested } = await requestFile(options.request);
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
  const { sightings } = await ledgerFor(options).peek(recipientKey(recipient));
  const sighting = sightings[read.request.id];
  return sighting === undefined ? read : { ...read, deadline: deadlineOf(sighting, recipient.expiry) };
}

/** Standard output is for the patch, or the document, alone: it can be piped into `git apply`. */
function print(suggestion: Suggestion, read: ReadRequest, folder: string | null, json: boolean): void {
  const paint = paintFor(process.stderr);
  const lines = json
    ? warningsOn(suggestion, read, folder, paint)
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
