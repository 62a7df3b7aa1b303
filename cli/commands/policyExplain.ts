import { type FieldVerdict, MATCH_FIELD_NAMES, MATCH_FIELDS } from '../../core/fields/evaluateMatch.ts';
import type { VirtualInterface } from '../../core/model.ts';
import { agreedKeyDigests } from '../../core/policy.ts';
import { escapeText, formatFirst, quote } from '../../core/printableText.ts';
import {
  type ExplainedGrant,
  type ExplainedHoldRule,
  type Explanation,
  explain,
} from '../explain/explanation.ts';
import { loadOnePolicy } from '../loadPolicies.ts';
import { EXIT, type ExitCode, parseAtOption } from '../options.ts';
import { describeRequestWithDecision, describeUnfrozen } from '../output/requestText.ts';
import { formatTable, type Paint, paintFor, printDocument, wrapLines } from '../output/terminal.ts';
import { readRequest } from '../requests/readRequests.ts';
import { readRequestFile } from '../requests/requestItems.ts';

export interface ExplainOptions {
  readonly request: string;
  readonly id?: string;
  readonly at?: string;
  readonly json?: boolean;
}

/** `policy explain`: explains why one request in a file is accepted or held, field by field. Calls no API. */
export async function policyExplain(named: string | undefined, options: ExplainOptions): Promise<ExitCode> {
  const at = parseAtOption(options.at);
  const { policy, digest } = loadOnePolicy(named);
  const { text, file } = await readRequestFile(options.request);
  const target = { ...policy, agreedKeys: agreedKeyDigests(policy) };
  const explanation = explain(policy, readRequest(text, file, target, options.id ?? null), at);
  if (options.json) printDocument({ ...explanation, policy: { digest } });
  else process.stdout.write(`${describeExplanation(explanation, paintFor(process.stdout))}\n`);
  return EXIT.done;
}

/** Formats an explanation for a terminal, in the order in which a run decides. */
export function describeExplanation(explanation: Explanation, paint: Paint): string {
  const { target, at, request, assumed, requester, freeze, hold, grants, pins, report } = explanation;
  const { owner, why, similar } = requester;
  const text = [
    `${escapeText(request.id)} evaluated with the policy of ${target}, as of ${at}`,
    ...formatFields(request).map((line) => `  ${line}`),
    ...assumed.map((line) => paint.warn(`  ${line}`)),
    '',
    `requester: ${owner === null ? paint.bad('unknown') : paint.good(owner)}`,
    `  ${why}`,
    ...similar.map((one) =>
      paint.warn(
        `  it is similar to \`${one.connection}\` of owner \`${one.owner}\`: check for a typing error`,
      ),
    ),
    '',
    ...(freeze ? [paint.bad('frozen: `freeze: true` holds every request'), ''] : []),
    hold.length === 0 ? 'hold rules: none' : 'hold rules:',
    ...hold.flatMap((rule) => describeHoldRule(rule, paint)),
    '',
    owner === null ? describeNoGrants(pins) : `grants of ${owner}:`,
    ...grants.flatMap((grant) => describeGrant(owner ?? '', grant, at, paint)),
    ...pins.flatMap((pin) => describeGrant(pin.owner, pin, at, paint)),
    '',
    `decision: ${report.decision.verdict === 'accept' ? paint.good(describeAcceptance(owner ?? '', grants)) : paint.bad(describeHold(report))}`,
    ...describeRequestWithDecision(report, paint).slice(1),
  ].join('\n');
  return wrapLines(text, paint.columns);
}

function describeHold({ withoutFreeze }: Explanation['report']): string {
  return withoutFreeze === null ? 'hold' : `hold; without the freeze: ${describeUnfrozen(withoutFreeze)}`;
}

function describeNoGrants(pins: Explanation['pins']): string {
  return pins.length === 0
    ? 'grants: none is evaluated, because the requester is unknown'
    : 'grants with a pin, of the owners that share this connection; exactly one owner must have one that matches:';
}

function formatFields(request: VirtualInterface): string[] {
  const rows = MATCH_FIELD_NAMES.filter((field) => field !== 'id').map((field) => [
    field,
    MATCH_FIELDS[field].describeActual(request) ?? NOT_GIVEN,
  ]);
  const account = request.ownerAccount === null ? NOT_GIVEN : escapeText(request.ownerAccount);
  return formatTable(['ownerAccount', account], rows).split('\n');
}

const NOT_GIVEN = '(not given)';

function describeHoldRule({ fields, reason, applies }: ExplainedHoldRule, paint: Paint): string[] {
  const why = reason === null ? '' : ` (${escapeText(reason)})`;
  return [
    applies
      ? paint.bad(`  ! applies: no field definitely differs${why}`)
      : paint.faint(`  - does not apply${why}`),
    ...formatVerdicts(fields, []),
  ];
}

function describeGrant(owner: string, grant: ExplainedGrant, at: string, paint: Paint): string[] {
  const { name, gateway, gatewayName, fields, applies, fits, outOfTime, decides } = grant;
  const title = `${owner}.${name} to ${gateway}${gatewayName === null ? '' : ` (${gatewayName})`}`;
  const verdict =
    fits === 'yes' && outOfTime === null && applies
      ? paint.good(`  ✓ ${title}: matches${decides ? ', and decides' : ''}`)
      : paint.warn(`  ${fits === 'unknown' ? '?' : '✗'} ${title}: ${describeMismatch(grant)}`);
  return [
    verdict,
    ...formatVerdicts(fields, validityRow(grant, at)),
    ...describeAdvertised(grant).map(paint.faint),
  ];
}

function describeMismatch({ applies, fits, outOfTime }: ExplainedGrant): string {
  if (!applies)
    return 'does not apply on a shared connection, because it has no pin: neither `id` nor the digest of an agreed key';
  const field = fits === 'no' ? ['a field does not match'] : fits === 'unknown' ? ['a field is unknown'] : [];
  const time =
    outOfTime === null ? [] : [outOfTime.code === 'grant-ended' ? 'it has ended' : 'it has not started'];
  return [...field, ...time].join(', and ');
}

/** What the owner may advertise: it is checked after the acceptance, and decides nothing. */
function describeAdvertised({ routes, maxPrefixes }: ExplainedGrant): string[] {
  const agreed = [
    ...(routes === null ? [] : [formatFirst(routes, 5)]),
    ...(maxPrefixes === null ? [] : [`at most ${maxPrefixes} prefixes`]),
  ];
  return agreed.length === 0 ? [] : [`      may advertise (no decision depends on it): ${agreed.join(', ')}`];
}

function validityRow({ from, until, outOfTime }: ExplainedGrant, at: string): string[][] {
  if (from === null && until === null) return [];
  const validity = [
    ...(from === null ? [] : [`from ${from}`]),
    ...(until === null ? [] : [`until ${until}`]),
  ];
  return [[outOfTime === null ? 'yes' : 'no', 'time', validity.join(' '), at]];
}

function formatVerdicts(fields: readonly FieldVerdict[], more: readonly string[][]): string[] {
  const rows = [
    ...fields.map(({ verdict, field, expected, actual }) => [verdict, field, expected, actual ?? NOT_GIVEN]),
    ...more,
  ];
  if (rows.length === 0) return ['      yes  any request matches'];
  return formatTable(['', 'field', 'expected', 'actual'], rows)
    .split('\n')
    .map((line) => `      ${line}`);
}

function describeAcceptance(owner: string, grants: readonly ExplainedGrant[]): string {
  const [first, ...others] = grants.filter(({ decides }) => decides);
  if (first === undefined) return 'accept';
  const also = others.map(({ name }) => quote(name)).join(', ');
  return `accept by ${quote(`${owner}.${first.name}`)}, gateway ${quote(first.gateway)}${also === '' ? '' : ` (which ${also} assign too)`}`;
}
