import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PolicyRefused, readArchivedPolicy, recipientKey } from '../../core/policy.ts';
import { escapeText, formatFirst, formatList, quoteTrusted } from '../../core/printableText.ts';
import { type Receipt, replayDecision, ticketOf } from '../../core/receipt.ts';
import { wordsOfRequest } from '../../language/index.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import type { Ledger } from '../../run/ports.ts';
import {
  defaultLedgerPath,
  isLedgerTable,
  type LedgerOptions,
  ledgerPath,
  openLedger,
  withLedgerOption,
} from '../ledgerOptions.ts';
import { describeDiagnostics, loadValidPolicies } from '../loadPolicies.ts';
import { EXIT, type ExitCode, UsageError } from '../options.ts';
import { paintFor, printDocument } from '../output/terminal.ts';

/** What comes of deciding a receipt's request again. */
export interface ReplayResult {
  /** `unknown`: the policy of then cannot be read */
  readonly replay: 'same' | 'different' | 'unknown';
  readonly message: string;
}

/** Decides again by the policy of then, which the ledger keeps. */
async function replayReceipt(receipt: Receipt, ledger: Ledger): Promise<ReplayResult> {
  const { digest } = receipt.policy;
  try {
    const text = await ledger.readPolicy(digest);
    if (text === null) return { replay: 'unknown', message: `the ledger has no policy ${digest}` };
    const policy = readArchivedPolicy(text, receipt.target);
    const { decision, isSame } = replayDecision(receipt, policy);
    if (isSame) return { replay: 'same', message: 'the same' };
    if (decision.verdict === 'accept')
      return {
        replay: 'different',
        message: `another: ${decision.owner}.${decision.grant} to ${decision.gateway}`,
      };
    const why = formatList(decision.reasons.map(({ code, message }) => `${code}: ${message}`));
    return { replay: 'different', message: `held: ${why}` };
  } catch (error) {
    if (error instanceof LedgerFailure || error instanceof PolicyRefused)
      return { replay: 'unknown', message: error.message };
    throw error;
  }
}

export interface ReceiptsOptions extends LedgerOptions {
  readonly policy?: readonly string[];
  readonly json?: boolean;
}

interface Shown extends ReplayResult {
  readonly target: string;
  readonly receipt: Receipt;
}

/** `receipts`: what was accepted and why, each decided again by the policy of then. */
export async function receipts(ids: readonly string[], given: ReceiptsOptions): Promise<ExitCode> {
  const { policies, errors } = loadValidPolicies(given.policy ?? []);
  const options = withLedgerOption(given, policies);
  await refuseFolder(ledgerPath(options));
  const ledger = openLedger(options);
  const shown: Shown[] = [];
  const damaged: string[] = [];
  let count = 0;
  for (const { policy } of policies) {
    const records = await ledger.readRecords(recipientKey(policy.recipient), new Date(0));
    damaged.push(...records.damaged);
    count += records.receipts.length;
    const wanted = records.receipts.filter(({ id }) => ids.length === 0 || ids.includes(id));
    for (const receipt of wanted) shown.push(await show(policy.target, receipt, ledger));
  }
  const missing = ids.filter((id) => shown.every(({ receipt }) => receipt.id !== id));
  if (options.json) printDocument({ receipts: shown, damaged, faults: errors });
  else if (shown.length > 0) process.stdout.write(describe(shown));
  // An empty ledger of another endpoint must not look like an answer.
  else if (ids.length === 0) process.stderr.write(`${await whyNone(options)}\n`);
  for (const message of damaged) process.stderr.write(`${message}\n`);
  if (missing.length > 0)
    process.stderr.write(
      `no receipt of ${formatList(missing.map(quoteTrusted))}; ${count === 0 ? await whyNone(options) : `${ledgerPath(options)} has ${count} of other requests`}\n`,
    );
  if (errors.length > 0) {
    process.stderr.write(
      describeDiagnostics(errors, 'FILES left out; the others are shown', paintFor(process.stderr)),
    );
    return EXIT.invalidPolicy;
  }
  const isSound = damaged.length + missing.length === 0 && shown.every(({ replay }) => replay === 'same');
  return isSound ? EXIT.done : EXIT.failed;
}

/** Receipts are kept beside the ledger, so that the ledger itself is not read, and a folder would seem to have none. */
async function refuseFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) throw new UsageError(`--ledger \`${path}\` is a folder; name a file in it`);
}

async function show(target: string, receipt: Receipt, ledger: Ledger): Promise<Shown> {
  return { target, receipt, ...(await replayReceipt(receipt, ledger)) };
}

function describe(shown: readonly Shown[]): string {
  const paint = paintFor(process.stdout);
  return shown
    .map(({ target, receipt, replay, message }) => {
      const { id, at, acceptedAt, owner, grant, gateway, request, policy, answer } = receipt;
      const ticket = ticketOf(receipt);
      return [
        `${id} accepted ${acceptedAt} on target ${target}`,
        `  request: ${wordsOfRequest({ request })}, first seen ${receipt.firstSeen}`,
        `  given: ${owner}.${grant}${ticket === null ? '' : ` (${escapeText(ticket)})`} to ${gateway}, decided ${at}`,
        `  known by: ${BY[answer.by]}${answer.doubt === null ? '' : `, after a doubt: ${answer.doubt}`}`,
        `  policy: ${policy.digest}, revision ${policy.revision}`,
        `  decided again: ${replay === 'same' ? paint.good(message) : paint.bad(message)}\n`,
      ].join('\n');
    })
    .join('\n');
}

const BY: Readonly<Record<Receipt['answer']['by'], string>> = {
  confirm: 'the answer to the confirm',
  description: 'a look at it after the confirm',
  laterRun: 'a later run',
};

/** What to know when a ledger has no receipt: which one it is, and which others there are. */
async function whyNone(options: LedgerOptions): Promise<string> {
  const path = ledgerPath(options);
  if (isLedgerTable(path))
    return `${path} has no receipt of these targets; name another table or file by \`--ledger\``;
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  const what = exists ? `${path} has no receipt of these targets` : `there is no ledger ${path}`;
  const others = await othersBeside(path);
  return others.length === 0
    ? `${what}; name another file, or \`dynamodb:TABLE\`, by \`--ledger\``
    : `${what}; other ledgers exist: ${formatFirst(others, 10)}; name one by \`--ledger\`, or give the \`--endpoint\` of its runs`;
}

/** Ledgers of other endpoints, in the folder of the default one. */
async function othersBeside(path: string): Promise<string[]> {
  const folder = dirname(defaultLedgerPath(process.env, undefined));
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => /^ledger(-[\w-]*)?\.json$/.test(name))
    .filter((name) => dirname(path) !== folder || name !== basename(path))
    .sort()
    .map((name) => join(folder, name));
}
