import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as sendRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Emulator } from '../../emulator/emulator.ts';
import { startMinistack } from '../support/ministack.ts';
import { ACCOUNT, type AwsServer, awsServerAt, REGION } from './awsServer.ts';
import { type Cdk, createCdk } from './cdk.ts';
import { createSecret, startProvider } from './deployEnvironment.ts';
import { createPolicyRepository, type PolicyRepository, SECRET } from './policyRepository.ts';

/** The shortest interval between two runs. */
export const INTERVAL_MINUTES = 2;

/** A secret of the account that no policy names. */
export const OTHER_SECRET = 'billing';

/** An operator's policies, AWS as ministack emulates it, and an emulator of OUTSCALE. */
export interface MinistackEnvironment {
  readonly dir: string;
  readonly aws: AwsServer;
  readonly cdk: Cdk;
  readonly policies: PolicyRepository;
  readonly emulator: Emulator;
  /** Stops all servers and functions, and removes all files. */
  close(): Promise<void>;
}

/** @param folder of the installation of ministack */
export async function openMinistackEnvironment(folder: string): Promise<MinistackEnvironment> {
  const closeActions: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closeOne of closeActions.splice(0).reverse()) await closeOne();
  };
  try {
    const dir = await mkdtemp(join(tmpdir(), 'vif-acceptor-deploy-'));
    closeActions.push(() => rm(dir, { recursive: true, force: true }));
    const emulator = await startProvider('outscale');
    closeActions.push(emulator.close);
    const server = await startMinistack(folder, {
      // Verifies every signature, and every permission of a role.
      AUTH: 'true',
      MINISTACK_ACCOUNT_ID: ACCOUNT,
      MINISTACK_REGION: REGION,
      AWS_ACCESS_KEY_ID: ACCOUNT,
      AWS_SECRET_ACCESS_KEY: 'secret',
      VIF_ACCEPTOR_ENDPOINT: emulator.url,
      VIF_ACCEPTOR_GATEWAY_ENDPOINT: emulator.url,
      // ministack unpacks a layer beside the code, where the function starts, and not at /opt.
      VIF_ACCEPTOR_POLICY_DIR: '../layer_0/policy',
    });
    closeActions.push(server.stop);
    const front = await startTlsFront(server.port);
    closeActions.push(front.close);
    const aws = awsServerAt(front.url, { recentErrors: server.recentLog, stop: server.stop });
    const policies = await createPolicyRepository(dir, INTERVAL_MINUTES);
    const cdk = createCdk(aws, dir, policies.dir, []);
    await createSecret(aws, SECRET);
    await createSecret(aws, OTHER_SECRET);
    return { dir, aws, cdk, policies, emulator, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Forwards every request as the front of AWS does that ended its TLS. The bucket of `cdk bootstrap` refuses requests without TLS, and
 * a certificate would have to be known to every client.
 */
async function startTlsFront(port: number): Promise<{ readonly url: string; close(): Promise<void> }> {
  const front = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const forwarded = { ...headers, 'x-forwarded-proto': 'https' };
    const request = sendRequest({ host: '127.0.0.1', port, method, path, headers: forwarded }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    request.on('error', () => outgoing.destroy());
    incoming.pipe(request);
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const address = front.address();
  return {
    url: `http://localhost:${typeof address === 'object' && address !== null ? address.port : 0}`,
    close: async () => {
      front.closeAllConnections();
      front.close();
      await once(front, 'close');
    },
  };
}
