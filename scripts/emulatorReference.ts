import { DIALECTS, type DialectName, SERVICES, type Service } from '../emulator/dialects.ts';
import { IGNORED_PARAMETERS } from '../emulator/inProcessEmulator.ts';
import { DIALECT_ROWS } from '../emulator/sources/dialectRows.ts';
import type { Members, Sources } from '../emulator/sources/source.ts';
import { OPERATION_ROWS, SHAPES } from '../emulator/sources/sourceTable.ts';
import { replaceTables } from '../language/reference/referenceTables.ts';

const PROVIDERS: Readonly<Record<DialectName, string>> = { outscale: 'OUTSCALE', aws: 'AWS' };
const DIALECTS_SHOWN: readonly DialectName[] = ['outscale', 'aws'];

const SERVICE_NAMES: Readonly<Record<Service, string>> = {
  directconnect: 'Direct Connect (DirectLink)',
  ec2: 'EC2 (FCU)',
  sts: 'STS',
  cloudtrail: 'CloudTrail',
  oapi: 'The API of OUTSCALE (OAPI)',
};

/** The page with its tables regenerated. @throws when a table has no place in the page */
export function updateEmulatorPage(page: string): string {
  return replaceTables(
    page,
    new Map([
      ['operations', SERVICES.map(operationsOf).join('\n\n')],
      ['differences', differences()],
      ['ignored', ignored()],
      ['members', Object.keys(OPERATION_ROWS).map(membersOf).join('\n\n')],
      ['objects', Object.keys(SHAPES).sort().map(objectOf).join('\n\n')],
    ]),
  );
}

/** The operations of a service, each with the source of its effect. */
function operationsOf(service: Service): string {
  const rows = Object.entries(OPERATION_ROWS).filter(([, row]) => row.service === service);
  return table(
    [SERVICE_NAMES[service], ...DIALECTS_SHOWN.map((name) => PROVIDERS[name]), ''],
    rows.map(([name, { effect, note }]) => [`[${name}](#${anchorOf(name)})`, ...cells(effect), note]),
  );
}

/** The anchor of a heading, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(' ', '-').replace(/[()]/g, '');
}

/** What an operation takes and answers. */
function membersOf(name: string): string {
  const { input, output } = OPERATION_ROWS[name] ?? { input: {}, output: {} };
  const answered =
    typeof output === 'string'
      ? [['answers', `the members of [${output}](#${output.toLowerCase()})`, '', '', '']]
      : memberRows('answers', output);
  const rows = [...memberRows('takes', input), ...answered];
  return `#### ${name}\n\n${table(['', 'member', ...DIALECTS_SHOWN.map((one) => PROVIDERS[one]), ''], rows)}`;
}

/** The members of an object of inputs or answers. */
function objectOf(name: string): string {
  const rows = memberRows('', SHAPES[name] ?? {}).map(([, ...cellsOfRow]) => cellsOfRow);
  return `#### ${name}\n\n${table(['member', ...DIALECTS_SHOWN.map((one) => PROVIDERS[one]), ''], rows)}`;
}

function memberRows(direction: string, members: Members): string[][] {
  return Object.entries(members).map(([name, { sources, shape, note }]) => [
    direction,
    `\`${name}\`${shape === null ? '' : `: [${shape}](#${shape.toLowerCase()})`}`,
    ...cells(sources),
    note,
  ]);
}

/** The traits in which the dialects can differ, with their values. */
function differences(): string {
  const rows = DIALECT_ROWS.map(({ trait, meaning, sources, show }) => [
    meaning,
    ...DIALECTS_SHOWN.map((name) => `${show(DIALECTS[name][trait])} (${sources[name] ?? '–'})`),
  ]);
  return table(['', ...DIALECTS_SHOWN.map((name) => PROVIDERS[name])], rows);
}

/** The parameters that are taken without effect. */
function ignored(): string {
  const rows = IGNORED_PARAMETERS.map(({ operation, member, dialect, reason }) => [
    `\`${operation}\``,
    `\`${member}\``,
    dialect === null ? 'both' : PROVIDERS[dialect],
    reason,
  ]);
  return table(['operation', 'member', 'dialect', 'reason'], rows);
}

function cells(sources: Sources): string[] {
  return DIALECTS_SHOWN.map((name) => sources[name] ?? '–');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (parts: readonly string[]): string => `| ${parts.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
