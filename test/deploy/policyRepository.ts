import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Provider } from '../../core/model.ts';
import { compileFiles, formatDiagnostic } from '../../language/index.ts';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { PROD } from '../support/cloud.ts';

const exec = promisify(execFile);

/** The target of each provider. */
export const TARGETS = { outscale: 'paris', aws: 'lyon' } as const satisfies Record<Provider, string>;
/** Secret with the access key at OUTSCALE. */
export const SECRET = 'vif-acceptor/outscale';

/** The region of the targets. The stack is in another region. */
export const TARGET_REGION = 'eu-west-2';

/** The git repository of an operator with one policy file for each target. */
export interface PolicyRepository {
  /** folder of the policy files */
  readonly dir: string;
  /** Writes and commits the policy of a target that grants acme requests on these connections. */
  allow(provider: Provider, connections: readonly string[]): Promise<void>;
  /** The revision of the files, as `git describe` prints it. */
  revision(): Promise<string>;
  /** The digests of the compiled policies, by target. */
  digests(): Record<string, string>;
}

export async function createPolicyRepository(dir: string): Promise<PolicyRepository> {
  const git = async (...args: string[]): Promise<string> => {
    const author = ['-c', 'user.name=operator', '-c', 'user.email=operator@example.com'];
    // The user's git configuration must not affect the test.
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
      await git('commit', '--quiet', '--message', `set the policy of ${TARGETS[provider]}`);
    },
    revision: () => git('describe', '--always', '--dirty'),
    digests: () => {
      const compiled = compileFiles(dir);
      if (!compiled.ok) throw new Error(compiled.errors.map(formatDiagnostic).join('\n'));
      return Object.fromEntries(compiled.policies.map(({ policy, digest }) => [policy.target, digest]));
    },
  };
}
