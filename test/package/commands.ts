import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { ACME_1, PROD, startTestCloud, UNKNOWN_CONNECTION } from '../support/cloud.ts';

export interface Typed {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs commands of the installed package in their own folder, with the recipient's keys and no settings of this machine.
 * @param program path of a Node, or `npx`
 * @param main what it starts: the path of the command line, or its name
 */
export function commandLine(program: string, main: string, cwd: string) {
  const node = isAbsolute(program) ? program : process.execPath;
  const env = {
    PATH: [dirname(node), process.env.PATH].join(':'),
    HOME: cwd,
    OSC_ACCESS_KEY: RECIPIENT_ACCOUNT,
    OSC_SECRET_KEY: 'secret',
  };
  return (...args: string[]): Promise<Typed> =>
    new Promise((done) => {
      execFile(program, [main, ...args], { cwd, env, timeout: 25_000 }, (error, stdout, stderr) =>
        done({ code: error === null ? 0 : error.code, stdout, stderr }),
      );
    });
}

const policy = (owners: string) => `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { ${owners} }
`;

/** An emulator with an allowed and an unknown request, and a folder with their policy and one that allows neither. */
export async function world(folder: string) {
  const cloud = await startTestCloud();
  const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
  await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
  mkdirSync(join(folder, 'policy'), { recursive: true });
  writeFileSync(
    join(folder, 'policy/hub.yaml'),
    policy(`acme: { connections: [${ACME_1}], gateway: ${PROD} }`),
  );
  writeFileSync(
    join(folder, 'before.yaml'),
    policy(`acme: { connections: [${UNKNOWN_CONNECTION}], gateway: ${PROD} }`),
  );
  return {
    id,
    at: ['--ledger', 'ledger.json', '--endpoint', cloud.url],
    state: () => actAs(cloud, RECIPIENT_ACCOUNT).see(id),
  };
}
