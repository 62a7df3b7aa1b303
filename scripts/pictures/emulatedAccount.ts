import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { AllocatePrivateVirtualInterfaceCommand, DirectConnectClient } from '@aws-sdk/client-direct-connect';

export const ROOT = join(import.meta.dirname, '../..');

/** A request for a hosted virtual interface, as its requester makes it. */
export interface PictureOffer {
  /** account that makes the request */
  readonly from: string;
  readonly connection: string;
  readonly name: string;
  readonly vlan: number;
  /** first three octets of its addresses */
  readonly subnet: string;
}

/** A recipient account on the emulator, and a folder in which commands are typed as its user types them. */
export interface EmulatedAccount {
  readonly folder: string;
  /** Types the commands that follow in a folder below that one. @returns its path */
  enter(folder: string): string;
  /** its `--endpoint` */
  readonly url: string;
  /** Moves the clock of the emulator, and of the commands that follow. */
  advance(duration: string): Promise<void>;
  offer(offer: PictureOffer): Promise<string>;
  /** Runs a command of the command line. @returns what it printed, standard error after standard output */
  type(...args: readonly string[]): Promise<string>;
  close(): void;
}

const RECIPIENT = '012345678901';

/** @param files what the folder has to begin with, by path */
export async function openEmulatedAccount(
  scenario: string,
  files: Readonly<Record<string, string>>,
): Promise<EmulatedAccount> {
  const folder = mkdtempSync(join(tmpdir(), 'vif-acceptor-pictures-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const emulator = spawn(
    process.execPath,
    [join(ROOT, 'cli/main.ts'), 'simulate', '--port', '0', '--scenario', join(ROOT, scenario)],
    { cwd: folder, env: environment(folder), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const close = (): void => {
    emulator.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const url = await urlOf(emulator.stdout);
    let now = await moveClock(url, null);
    let current = folder;
    return {
      folder,
      url,
      enter: (below) => {
        current = join(folder, below);
        return current;
      },
      advance: async (duration) => {
        now = await moveClock(url, duration);
      },
      offer: (offer) => allocate(url, offer),
      type: (...args) => run(current, now, args),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Nothing of this machine but where its programs are. */
function environment(folder: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    INIT_CWD: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    OSC_ACCESS_KEY: RECIPIENT,
    OSC_SECRET_KEY: 'secret',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

async function urlOf(output: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const line of createInterface(output)) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    text += `${line}\n`;
    if (url === undefined) continue;
    output.resume();
    return url;
  }
  throw new Error(`the emulator did not start: ${text}`);
}

/** @returns the time of the emulator's clock */
async function moveClock(url: string, duration: string | null): Promise<string> {
  const request = duration === null ? {} : { method: 'POST', body: JSON.stringify({ advance: duration }) };
  const answer: unknown = await (await fetch(`${url}/_simulator/clock`, request)).json();
  const [instant] = /\d{4}-[\d-]+T[\d:.]+Z/.exec(JSON.stringify(answer)) ?? [];
  if (instant === undefined)
    throw new Error(`the emulator's clock cannot be read: ${JSON.stringify(answer)}`);
  return instant;
}

async function allocate(
  url: string,
  { from, connection, name, vlan, subnet }: PictureOffer,
): Promise<string> {
  const client = new DirectConnectClient({
    region: 'eu-west-2',
    endpoint: url,
    credentials: { accessKeyId: from, secretAccessKey: 'secret' },
  });
  const newPrivateVirtualInterfaceAllocation = {
    virtualInterfaceName: name,
    vlan,
    asn: 65010,
    authKey: 'a-bgp-key',
    amazonAddress: `${subnet}.1/30`,
    customerAddress: `${subnet}.2/30`,
  };
  const input = { connectionId: connection, ownerAccount: RECIPIENT, newPrivateVirtualInterfaceAllocation };
  const { virtualInterfaceId } = await client.send(new AllocatePrivateVirtualInterfaceCommand(input));
  client.destroy();
  return virtualInterfaceId ?? '';
}

function run(folder: string, now: string, args: readonly string[]): Promise<string> {
  const clock = join(import.meta.dirname, 'frozenClock.ts');
  const options = { cwd: folder, env: { ...environment(folder), PICTURE_INSTANT: now }, timeout: 60_000 };
  return new Promise((done, fail) => {
    execFile(
      process.execPath,
      ['--import', clock, join(ROOT, 'cli/main.ts'), ...args],
      options,
      (error, stdout, stderr) => {
        if (error === null) done(stdout + stderr);
        else
          fail(new Error(`\`vif-acceptor ${args.join(' ')}\` failed: ${stdout}${stderr}`, { cause: error }));
      },
    );
  });
}
