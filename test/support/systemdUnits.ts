import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from './accounts.ts';
import { folderWith } from './cli.ts';
import { ACME_1, PROD, startTestCloud, UNKNOWN_CONNECTION } from './cloud.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** The folder of the units of docs/without-aws.md. */
export const UNITS_FOLDER = join(ROOT, 'docs/systemd');

/** All values of a setting in a unit, in order. */
export function settingsOf(unit: string, name: string): string[] {
  const lines = readFileSync(join(UNITS_FOLDER, unit), 'utf8').split('\n');
  return lines.flatMap((line) => (line.startsWith(`${name}=`) ? [line.slice(name.length + 1)] : []));
}

export interface ProgramResult {
  readonly code: unknown;
  readonly output: string;
}

/** Runs a program with only this environment. */
export function runProgram(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<ProgramResult> {
  return new Promise((done) => {
    execFile(program, args, { cwd, env, timeout: 25_000 }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : error.code, output: stdout + stderr }),
    );
  });
}

/**
 * Executes a run as its unit does, in a folder that replaces the machine's root, against the emulator with the request of an owner and
 * one of an unknown requester.
 */
export async function runByUnit() {
  const cloud = await startTestCloud();
  const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
  await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
  const dir = folderWith({
    'srv/policy/hub.yaml': `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`,
  });
  // systemd creates these folders.
  const made = settingsOf('vif-acceptor.service', 'StateDirectory').join(' ').split(' ');
  for (const name of made) mkdirSync(join(dir, name));
  for (const name of settingsOf('vif-acceptor.service', 'CacheDirectory'))
    mkdirSync(join(dir, 'cache', name), { recursive: true });
  const places = { '/opt/vif-acceptor': ROOT, '%S': dir, '%C': join(dir, 'cache') };
  const [program = '', ...args] = commandOf('vif-acceptor.service', places);
  const { PATH = '', ...environment } = environmentOf('vif-acceptor.service', places);
  const env = {
    ...environment,
    // npm installs no Node where none is available for the machine.
    PATH: `${PATH}:${dirname(process.execPath)}`,
    OSC_ACCESS_KEY: RECIPIENT_ACCOUNT,
    OSC_SECRET_KEY: 'secret',
  };
  const ended = await runProgram(program, [...args, '--endpoint', cloud.url], join(dir, 'srv'), env);
  return {
    dir,
    state: join(dir, 'vif-acceptor'),
    ended,
    accepted: await actAs(cloud, RECIPIENT_ACCOUNT).see(id),
  };
}

/** The command of a unit, split as systemd does; ours has no quotes. @param places paths by the paths that they replace */
function commandOf(unit: string, places: Readonly<Record<string, string>>): string[] {
  const [command = '', ...others] = settingsOf(unit, 'ExecStart');
  if (others.length > 0 || /['"\\]/.test(command)) throw new Error(`${unit} has no command without quotes`);
  return command.split(' ').map((word) => placed(word, places));
}

/** The environment of a unit, split as systemd does; ours has no quotes. @param places paths by the paths that they replace */
function environmentOf(unit: string, places: Readonly<Record<string, string>>): Record<string, string> {
  const words = settingsOf(unit, 'Environment').flatMap((line) => line.split(' '));
  const pairs = words.map((word) => placed(word, places).split('='));
  return Object.fromEntries(pairs.map(([name = '', ...value]) => [name, value.join('=')]));
}

function placed(word: string, places: Readonly<Record<string, string>>): string {
  return Object.entries(places).reduce((text, [from, to]) => text.replaceAll(from, to), word);
}
