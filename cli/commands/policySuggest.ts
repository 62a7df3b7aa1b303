import { readFileSync } from 'node:fs';
import { type Suggestion, suggest } from '../../language/index.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { instantOf } from '../instant.ts';
import { type Paint, paintFor } from '../output/paint.ts';
import { describeSuggestion } from '../output/suggestion.ts';
import { onePolicy } from '../policies.ts';
import { requestFile } from '../requests/file.ts';
import { readRequest } from '../requests/read.ts';

export interface SuggestOptions {
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
  const read = readRequest(text, requested, policy, options.id ?? null);
  const source = { file, text: readFileSync(file, 'utf8') };
  const wish = { request: read.request, gateway: options.gateway ?? null, at };
  const suggestion = suggest(source, policy, wish);
  tell(suggestion, (paint) => describeSuggestion(suggestion, read, paint), options.json ?? false);
  return suggestion.kind === 'none' ? EXIT.failed : EXIT.done;
}

/** Standard output is for the patch, or the document, alone: it can be piped into `git apply`. */
function tell(suggestion: Suggestion, words: (paint: Paint) => string, json: boolean): void {
  process.stderr.write(`${words(paintFor(process.stderr))}\n`);
  if (json) process.stdout.write(`${JSON.stringify(suggestion, null, 2)}\n`);
  else if (suggestion.kind === 'patch') process.stdout.write(suggestion.patch);
}
