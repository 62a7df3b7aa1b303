import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Provider } from '../../core/model.ts';
import { compileFiles, formatDiagnostic } from '../../language/index.ts';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { PROD } from '../support/cloud.ts';

const exec = promisify(execFile);

/** One target a provider, and the one secret. */
export const TARGETS = { outscale: 'paris', aws: 'lyon' } as const satisfies Record<Provider, string>;
export const SECRET = 'vif-acceptor/outscale';

/** Where the targets are; the stack is elsewhere. */
export const TARGET_REGION = 'eu-west-2';

/** A repository of policies, as an operator keeps it. */
export interface Policies {
  /** the folder of the files */
  readonly dir: string;
  /** Writes a target's policy, by which acme may ask on these connections, and commits it. */
  allow(provider: Provider, connections: readonly string[]): Promise<void>;
  /** what git calls the state of the files */
  revision(): Promise<string>;
  /** by target */
  digests(): Record<string, string>;
}

export async function startPolicies(dir: string): Promise<Policies> {
  const git = async (...args: string[]): Promise<string> => {
    const author = ['-c', 'user.name=operator', '-c', 'user.email=operator@example.com'];
    // Whatever git is set to do for whoever runs this does not belong here.
    const env = { PATH: process.env.PATH ?? '', HOME: dir, GIT_CONFIG_NOSYSTEM: '1' };
    return (await exec('git', [...author, ...args], { cwd: dir, env })).stdout.trim();
  };
  await mkdir(dir, { recursive: true });
  await git('init', '--quiet');
  return {
    dir,
    allow: async (provider, connections) => {
      const file = `${TARGETS[provider]}.yaml`;
      const credentials = provider === 'outscale' ? `, credentials: { secret: ${SECRET} }` : '';
      await writeFile(
        join(dir, file),
        `version: 1
recipient: { provider: ${provider}, region: ${TARGET_REGION}, account: "${RECIPIENT_ACCOUNT}"${credentials} }
owners: { acme: { connections: [${connections.join(', ')}], gateway: ${PROD} } }
`,
      );
      await git('add', file);
      await git('commit', '--quiet', '--message', `what ${TARGETS[provider]} allows`);
    },
    revision: () => git('describe', '--always', '--dirty'),
    digests: () => {
      const compiled = compileFiles(dir);
      if (!compiled.ok) throw new Error(compiled.errors.map(formatDiagnostic).join('\n'));
      return Object.fromEntries(compiled.policies.map(({ policy, digest }) => [policy.target, digest]));
    },
  };
}
