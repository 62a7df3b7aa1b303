import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { recipientKey } from '../../core/policy.ts';
import { PolicyRefused, readArchivedPolicy } from '../../core/policyText.ts';
import { escapeText, formatFirst, formatList, quoteTrusted } from '../../core/printableText.ts';
import { type Receipt, replayDecision, ticketOf } from '../../core/receipt.ts';
import { reportReasons } from '../../core/renderReason.ts';
import { describeRequest } from '../../language/index.ts';
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
import { loadValidPolicies, printPolicyErrors } from '../loadPolicies.ts';
import { EXIT, type ExitCode, UsageError } from '../options.ts';
import { describeCapacity } from '../output/requestText.ts';
import { paintFor, printDocument } from '../output/terminal.ts';

export interface ReceiptsOptions extends LedgerOptions {
  readonly policy?: readonly string[];
  readonly json?: boolean;
}

interface Shown extends ReplayResult {
  readonly target: string;
  readonly receipt: Receipt;
}

/** `receipts`: shows what was accepted and why, and re-evaluates each with the policy version used at the time. */
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
    const selected = records.receipts.filter(({ id }) => ids.length === 0 || ids.includes(id));
    for (const receipt of selected) shown.push(await show(policy.target, receipt, ledger));
  }
  const missing = ids.filter((id) => shown.every(({ receipt }) => receipt.id !== id));
  if (options.json) printDocument({ receipts: shown, damaged, errors });
  else if (shown.length > 0) process.stdout.write(describe(shown));
  // Without this, an empty ledger of another endpoint would look like an answer.
  else if (ids.length === 0) process.stderr.write(`${await explainNoReceipts(options)}\n`);
  for (const message of damaged) process.stderr.write(`${message}\n`);
  if (missing.length > 0)
    process.stderr.write(
      `no receipt for ${formatList(missing.map(quoteTrusted))}; ${count === 0 ? await explainNoReceipts(options) : `${ledgerPath(options)} has ${count} for other requests`}\n`,
    );
  printPolicyErrors(errors, { invalid: 'not shown', others: 'are shown' });
  if (errors.length > 0) return EXIT.invalidPolicy;
  const isGood = damaged.length + missing.length === 0 && shown.every(({ replay }) => replay === 'same');
  return isGood ? EXIT.done : EXIT.failed;
}

/** The result of re-evaluating the request of a receipt. */
export interface ReplayResult {
  /** `unknown`: the policy version used at the time cannot be read */
  readonly replay: 'same' | 'different' | 'unknown';
  readonly message: string;
}

/** Re-evaluates a receipt with the policy version used at the time, which the ledger keeps. */
async function replayReceipt(receipt: Receipt, ledger: Ledger): Promise<ReplayResult> {
  const { digest } = receipt.policy;
  try {
    const text = await ledger.readPolicy(digest);
    if (text === null) return { replay: 'unknown', message: `the ledger has no policy ${digest}` };
    const policy = readArchivedPolicy(text, receipt.target);
    const { decision, isSame } = replayDecision(receipt, policy);
    if (isSame) return { replay: 'same', message: 'same decision' };
    if (decision.verdict === 'accept')
      return {
        replay: 'different',
        message: `different decision: ${decision.owner}.${decision.grant} to ${decision.gateway}`,
      };
    const why = formatList(reportReasons(decision.reasons).map(({ code, message }) => `${code}: ${message}`));
    return { replay: 'different', message: `different decision: held: ${why}` };
  } catch (error) {
    if (error instanceof LedgerFailure || error instanceof PolicyRefused)
      return { replay: 'unknown', message: error.message };
    throw error;
  }
}

/** Refuses a folder as ledger. Receipts are read from files beside the ledger, so a folder would seem to have none. */
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
        `  request: ${describeRequest({ request })}, first seen ${receipt.firstSeen}`,
        ...describeCapacity(request).map((line) => `  ${line}`),
        `  grant: ${owner}.${grant}${ticket === null ? '' : ` (${escapeText(ticket)})`} to ${gateway}, evaluated ${at}`,
        `  evidence: ${EVIDENCE[answer.by]}${answer.doubt === null ? '' : `; before, its outcome was uncertain: ${answer.doubt}`}`,
        `  policy: ${policy.digest}, revision ${policy.revision}`,
        `  re-evaluated: ${replay === 'same' ? paint.good(message) : paint.bad(message)}\n`,
      ].join('\n');
    })
    .join('\n');
}

const EVIDENCE: Readonly<Record<Receipt['answer']['by'], string>> = {
  confirm: 'the answer to the confirm',
  description: 'the state of the interface after the confirm',
  laterRun: 'a later run',
};

/** Explains an empty result: names the ledger, and other ledgers that exist. */
async function explainNoReceipts(options: LedgerOptions): Promise<string> {
  const path = ledgerPath(options);
  if (isLedgerTable(path))
    return `${path} has no receipt for these targets; name another table or file with \`--ledger\``;
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  const what = exists ? `${path} has no receipt for these targets` : `there is no ledger ${path}`;
  const others = await findOtherLedgers(path);
  return others.length === 0
    ? `${what}; name another file, or \`dynamodb:TABLE\`, with \`--ledger\``
    : `${what}; other ledgers exist: ${formatFirst(others, 10)}; name one with \`--ledger\`, or give the \`--endpoint\` of its runs`;
}

/** Ledger files of other endpoints, in the folder of the default ledger. */
async function findOtherLedgers(path: string): Promise<string[]> {
  const folder = dirname(defaultLedgerPath(process.env, undefined));
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => /^ledger(-[\w-]*)?\.json$/.test(name))
    .filter((name) => dirname(path) !== folder || name !== basename(path))
    .sort()
    .map((name) => join(folder, name));
}
