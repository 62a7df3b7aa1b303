import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { accountId, exactObject, InvalidInput, optional, type Reader, text } from '../decoders.ts';
import { DIALECT_NAMES, type DialectName } from '../dialects.ts';
import { codeOf, FlagRefused } from '../flags.ts';
import { type Account, EMULATED_ACCOUNTS, type Result, runStory, type StepResult } from './runStory.ts';
import { HOSTED_INTERFACES, type Role, readStory } from './story.ts';

const HELP = `Usage: hosted-vif-emulator conformance --endpoint <URL> [options]

Runs a story of calls against an implementation of Direct Connect (DirectLink), EC2 (FCU) and STS, and prints for each step
\`ok\`, \`differs\`, \`not supported\` or \`skipped\`. The exit code is 0 if every step is ok, and 1 if not.

Options:
  --endpoint <URL>        of all services
  --ec2-endpoint <URL>    of EC2, if it is another
  --sts-endpoint <URL>    of STS, if it is another
  --dialect <name>        ${DIALECT_NAMES.join(' or ')}: which steps are run (default: aws)
  --region <region>       (default: eu-west-2)
  --accounts <file>       JSON file with the keys of the accounts (default: those of the emulator)
  --story <file>          another story than the one that is built in
  --patience <seconds>    how long a step may wait in real time where the clock cannot be moved (default: 30)
  --json                  print the results as JSON
  --help                  print this text
`;

const LABELS: Readonly<Record<Result['kind'], string>> = {
  ok: 'ok',
  differs: 'differs',
  notSupported: 'not supported',
  skipped: 'skipped',
};

/**
 * The command `conformance`. Throws `FlagRefused`.
 * @param print writes a text to standard output
 * @returns the exit code
 */
export async function conformance(args: readonly string[], print: (text: string) => void): Promise<number> {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    if (values.help !== true) return await run(values, (line) => print(`${line}\n`));
    print(HELP);
    return 0;
  } catch (error) {
    if (error instanceof InvalidInput || codeOf(error).startsWith('ERR_PARSE_ARGS_')) {
      const { message } = error instanceof Error ? error : { message: '' };
      throw new FlagRefused(`${message}; conformance --help lists the options`, { cause: error });
    }
    throw error;
  }
}

const OPTIONS = {
  endpoint: { type: 'string' },
  'ec2-endpoint': { type: 'string' },
  'sts-endpoint': { type: 'string' },
  dialect: { type: 'string', default: 'aws' },
  region: { type: 'string', default: 'eu-west-2' },
  accounts: { type: 'string' },
  story: { type: 'string' },
  patience: { type: 'string', default: '30' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

async function run(values: Values, print: (line: string) => void): Promise<number> {
  const directconnect = readUrl(values.endpoint, '--endpoint');
  const endpoints = {
    directconnect,
    ec2: readUrl(values['ec2-endpoint'] ?? directconnect, '--ec2-endpoint'),
    sts: readUrl(values['sts-endpoint'] ?? directconnect, '--sts-endpoint'),
  };
  const dialect = readDialect(values.dialect);
  for (const url of new Set(Object.values(endpoints))) await requireAnswer(url);
  await requireDialect(directconnect, dialect);
  const results = await runStory(
    values.story === undefined ? HOSTED_INTERFACES : readFile(values.story, readStory),
    {
      endpoints,
      region: values.region,
      dialect,
      accounts: values.accounts === undefined ? EMULATED_ACCOUNTS : readFile(values.accounts, readAccounts),
      patience: readSeconds(values.patience) * 1000,
    },
    (result) => values.json || print(formatStep(result)),
  );
  const counts = Object.entries(LABELS).map(([kind, label]): [string, number] => [
    label,
    results.filter(({ result }) => result.kind === kind).length,
  ]);
  if (values.json) print(JSON.stringify({ format: 1, results }, null, 2));
  else print(`\n${counts.map(([label, count]) => `${count} ${label}`).join(', ')}`);
  return results.every(({ result }) => result.kind === 'ok') ? 0 : 1;
}

/** Any answer will do. Throws `FlagRefused`, so that a server that is not running does not look like one that differs. */
async function requireAnswer(url: string): Promise<void> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(10_000) });
  } catch (error) {
    throw new FlagRefused(`nothing answers at ${url}; start the server, or correct the URL`, {
      cause: error,
    });
  }
}

/** An emulator of this project says which dialect it has. Throws `FlagRefused` if it is the other one, whose steps would all differ. */
async function requireDialect(url: string, dialect: DialectName): Promise<void> {
  const found = await fetch(new URL('/_simulator/health', url), { signal: AbortSignal.timeout(10_000) })
    .then((answer): Promise<unknown> => answer.json())
    .then((health): unknown => Object(health).dialect)
    .catch(() => null);
  const other = DIALECT_NAMES.find((name) => name === found && name !== dialect);
  if (other !== undefined)
    throw new FlagRefused(
      `the emulator at ${url} has the dialect ${other}, not ${dialect}; add --dialect ${other}`,
    );
}

function formatStep({ step, call, result }: StepResult): string {
  const head = `${LABELS[result.kind].padEnd(13)}  ${step}`;
  switch (result.kind) {
    case 'ok':
      return head;
    case 'notSupported':
      return `${head}\n    ${call}: ${result.why}`;
    case 'skipped':
      return `${head}\n    ${call}: needs \`${result.reference}\`, which no earlier step kept`;
    case 'differs':
      return [
        head,
        ...result.differences.map(
          ({ path, expected, found }) =>
            `    ${call}${path === '' ? '' : `, ${path}`}: expected ${formatted(expected)}, found ${formatted(found)}`,
        ),
      ].join('\n');
    default:
      return result satisfies never;
  }
}

function formatted(value: unknown): string {
  if (value === undefined) return 'nothing';
  const json = JSON.stringify(value);
  return json.length > 300 ? `${json.slice(0, 300)}…` : json;
}

function readUrl(value: string | undefined, flag: string): string {
  if (value !== undefined && /^https?:\/\/./.test(value) && URL.canParse(value)) return value;
  throw new InvalidInput(flag, 'a URL such as `http://127.0.0.1:4599`', value);
}

function readDialect(value: string): DialectName {
  const found = DIALECT_NAMES.find((name) => name === value);
  if (found === undefined) throw new InvalidInput('--dialect', DIALECT_NAMES.join(' or '), value);
  return found;
}

function readSeconds(value: string): number {
  if (!/^\d{1,5}$/.test(value)) throw new InvalidInput('--patience', 'a number of seconds', value);
  return Number(value);
}

function readFile<T>(file: string, read: Reader<T>): T {
  try {
    return read(JSON.parse(readFileSync(file, 'utf8')), file);
  } catch (error) {
    if (error instanceof InvalidInput) throw error;
    // No cause: a parser's message quotes the file, which may contain keys.
    throw new FlagRefused(`\`${file}\` must be a JSON file that can be read`);
  }
}

const readHeaders: Reader<Readonly<Record<string, string>>> = (value, path) =>
  Object.fromEntries(
    Object.entries(Object(value)).map(([name, header]) => [
      name.toLowerCase(),
      text(header, `${path}.${name}`),
    ]),
  );

const readWrittenAccount = exactObject({
  id: accountId,
  accessKeyId: text,
  secretAccessKey: text,
  sessionToken: optional(text, null),
  headers: optional(readHeaders, {}),
});

const readAccount: Reader<Account> = (value, path) => {
  const { id, ...keys } = readWrittenAccount(value, path);
  return { id, keys };
};

const readAccounts = exactObject<Readonly<Record<Role, Account>>>({
  owner: readAccount,
  recipient: readAccount,
  unrelated: readAccount,
});
