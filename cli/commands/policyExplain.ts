import { type FieldVerdict, MATCH_FIELD_NAMES, MATCH_FIELDS } from '../../core/fields/match.ts';
import type { VirtualInterface } from '../../core/model.ts';
import { escapeText, quote } from '../../core/printableText.ts';
import {
  type ExplainedGrant,
  type ExplainedHoldRule,
  type Explanation,
  explain,
} from '../explain/explanation.ts';
import { loadOnePolicy } from '../loadPolicies.ts';
import { EXIT, type ExitCode, parseAtOption } from '../options.ts';
import { describeRequest } from '../output/requestText.ts';
import { formatTable, type Paint, paintFor, printDocument, wrapLines } from '../output/terminal.ts';
import { readRequest } from '../requests/readRequests.ts';
import { readRequestFile } from '../requests/requestItems.ts';

/** An explanation in words for people, in the order in which a pass decides. */
export function describeExplanation(explanation: Explanation, paint: Paint): string {
  const { target, at, request, assumed, requester, freeze, hold, grants, report } = explanation;
  const { owner, why, similar } = requester;
  const text = [
    `${escapeText(request.id)} by the policy of ${target}, at ${at}`,
    ...fieldsOf(request).map((line) => `  ${line}`),
    ...assumed.map((line) => paint.warn(`  ${line}`)),
    '',
    `who asks: ${owner === null ? paint.bad('nobody knows') : paint.good(owner)}`,
    `  ${why}`,
    ...similar.map((one) =>
      paint.warn(`  it resembles \`${one.connection}\` of owner \`${one.owner}\`: is one of the two a slip?`),
    ),
    '',
    ...(freeze ? [paint.bad('frozen: `freeze: true` holds everything'), ''] : []),
    hold.length === 0 ? 'hold lines: none' : 'hold lines:',
    ...hold.flatMap((line) => describeLine(line, paint)),
    '',
    owner === null ? 'grants: none is looked at, as nobody knows who asks' : `grants of ${owner}:`,
    ...grants.flatMap((grant) => describeGrant(owner ?? '', grant, at, paint)),
    '',
    `decision: ${report.decision.verdict === 'accept' ? paint.good(accepted(owner ?? '', grants)) : paint.bad('hold')}`,
    ...describeRequest(report, paint).slice(1),
  ].join('\n');
  return wrapLines(text, paint.columns);
}

function fieldsOf(request: VirtualInterface): string[] {
  const rows = MATCH_FIELD_NAMES.map((field) => [
    field,
    MATCH_FIELDS[field].describeActual(request) ?? NOT_GIVEN,
  ]);
  const account = request.ownerAccount === null ? NOT_GIVEN : escapeText(request.ownerAccount);
  return formatTable(['ownerAccount', account], rows).split('\n');
}

const NOT_GIVEN = '(not given)';

function describeLine({ fields, reason, applies }: ExplainedHoldRule, paint: Paint): string[] {
  const why = reason === null ? '' : ` (${escapeText(reason)})`;
  return [
    applies
      ? paint.bad(`  ! holds it: no field is a definite no${why}`)
      : paint.faint(`  - does not concern it${why}`),
    ...verdicts(fields, []),
  ];
}

function describeGrant(owner: string, grant: ExplainedGrant, at: string, paint: Paint): string[] {
  const { name, gateway, gatewayName, fields, fits, outOfTime, decides } = grant;
  const title = `${owner}.${name} to ${gateway}${gatewayName === null ? '' : ` (${gatewayName})`}`;
  const verdict =
    fits === 'yes' && outOfTime === null
      ? paint.good(`  ✓ ${title}: fits${decides ? ', and decides' : ''}`)
      : paint.warn(`  ${fits === 'unknown' ? '?' : '✗'} ${title}: ${misfit(grant)}`);
  return [verdict, ...verdicts(fields, timeOf(grant, at))];
}

function misfit({ fits, outOfTime }: ExplainedGrant): string {
  const field = fits === 'no' ? ['a field does not fit'] : fits === 'unknown' ? ['a field is not known'] : [];
  const time =
    outOfTime === null ? [] : [outOfTime.code === 'grant-ended' ? 'it has ended' : 'it has not begun'];
  return [...field, ...time].join(', and ');
}

function timeOf({ from, until, outOfTime }: ExplainedGrant, at: string): string[][] {
  if (from === null && until === null) return [];
  const wanted = [...(from === null ? [] : [`from ${from}`]), ...(until === null ? [] : [`until ${until}`])];
  return [[outOfTime === null ? 'yes' : 'no', 'time', wanted.join(' '), at]];
}

function verdicts(fields: readonly FieldVerdict[], more: readonly string[][]): string[] {
  const rows = [
    ...fields.map(({ verdict, field, expected, actual }) => [verdict, field, expected, actual ?? NOT_GIVEN]),
    ...more,
  ];
  if (rows.length === 0) return ['      yes  whatever it is'];
  return formatTable(['', 'field', 'wanted', 'seen'], rows)
    .split('\n')
    .map((line) => `      ${line}`);
}

function accepted(owner: string, grants: readonly ExplainedGrant[]): string {
  const [first, ...others] = grants.filter(({ decides }) => decides);
  if (first === undefined) return 'accept';
  const also = others.map(({ name }) => quote(name)).join(', ');
  return `accept by ${quote(`${owner}.${first.name}`)}, gateway ${quote(first.gateway)}${also === '' ? '' : ` (which ${also} give too)`}`;
}

export interface ExplainOptions {
  readonly request: string;
  readonly id?: string;
  readonly at?: string;
  readonly json?: boolean;
}

/** `policy explain`: why one request out of a file is accepted or held, field by field. Asks nobody. */
export async function policyExplain(named: string | undefined, options: ExplainOptions): Promise<ExitCode> {
  const at = parseAtOption(options.at);
  const { policy, digest } = loadOnePolicy(named);
  const { text, file } = await readRequestFile(options.request);
  const explanation = explain(policy, readRequest(text, file, policy, options.id ?? null), at);
  if (options.json) printDocument({ ...explanation, policy: { digest } });
  else process.stdout.write(`${describeExplanation(explanation, paintFor(process.stdout))}\n`);
  return EXIT.done;
}
