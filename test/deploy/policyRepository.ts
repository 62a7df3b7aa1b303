import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Provider } from '../../core/model.ts';
import { compileFiles, formatDiagnostic } from '../../language/index.ts';
import { installByCopy } from '../package/install.ts';
import { pack } from '../package/pack.ts';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { PROD } from '../support/cloud.ts';

const exec = promisify(execFile);

/** The target of each provider. */
export const TARGETS = { outscale: 'paris', aws: 'lyon' } as const satisfies Record<Provider, string>;
/** Secret with the access key at OUTSCALE. */
export const SECRET = 'vif-acceptor/outscale';

/** The region of the targets. The stack is in another region. */
export const TARGET_REGION = 'eu-west-2';

/** The policy repository of an operator, as `init` of the packed tool makes it, with a second target. */
export interface PolicyRepository {
  /** folder with the CDK app */
  readonly dir: string;
  /** path of the policy of a target */
  policyFile(provider: Provider): string;
  /** Writes and commits the policy of a target that grants acme requests on these connections. */
  allow(provider: Provider, connections: readonly string[]): Promise<void>;
  /** The revision of the files, as `git describe` prints it. */
  revision(): Promise<string>;
  /** The digests of the compiled policies, by target. */
  digests(): Record<string, string>;
}

/** The notifications of the stack. */
const NOTIFY = 'noc@example.com';

/**
 * @param dir receives the packed tool and the repository
 * @param intervalMinutes between two runs; `null`: that of the template
 */
export async function createPolicyRepository(
  dir: string,
  intervalMinutes: number | null = null,
): Promise<PolicyRepository> {
  const tool = join(dir, 'tool');
  const repository = join(dir, 'network-policy');
  await mkdir(tool, { recursive: true });
  const { tarball } = pack(tool);
  installByCopy(tarball, tool);
  const target = ['--provider', 'outscale', '--region', TARGET_REGION, '--account', RECIPIENT_ACCOUNT];
  const options = [
    ...target,
    '--target',
    TARGETS.outscale,
    '--secret',
    SECRET,
    '--notify',
    NOTIFY,
    '--no-lock',
  ];
  const init = ['node_modules/vif-acceptor/bin/vif-acceptor', 'init', repository, ...options];
  await exec(process.execPath, init, { cwd: tool, env: { HOME: dir } });
  // As `npm install` does, without a registry.
  installByCopy(tarball, repository);
  if (intervalMinutes !== null) await writeInterval(join(repository, 'app.mjs'), intervalMinutes);

  const git = async (...args: string[]): Promise<string> => {
    const author = ['-c', 'user.name=operator', '-c', 'user.email=operator@example.com'];
    // The user's git configuration must not affect the test.
    const env = { PATH: process.env.PATH ?? '', HOME: dir, GIT_CONFIG_NOSYSTEM: '1' };
    return (await exec('git', [...author, ...args], { cwd: repository, env })).stdout.trim();
  };
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'add the policy repository');

  const policyDir = join(repository, 'policy');
  const policyFile = (provider: Provider): string => join(policyDir, `${TARGETS[provider]}.yaml`);
  return {
    dir: repository,
    policyFile,
    allow: async (provider, connections) => {
      const target = TARGETS[provider];
      await writeFile(policyFile(provider), policyText(provider, connections));
      await writeFile(join(policyDir, 'cases', `${target}.yaml`), policyTests(target, connections));
      await git('add', 'policy');
      await git('commit', '--quiet', '--message', `set the policy of ${target}`);
    },
    revision: () => git('describe', '--always', '--dirty'),
    digests: () => {
      const compiled = compileFiles(policyDir);
      if (!compiled.ok) throw new Error(compiled.errors.map(formatDiagnostic).join('\n'));
      return Object.fromEntries(compiled.policies.map(({ policy, digest }) => [policy.target, digest]));
    },
  };
}

/** Edits the app as docs/deploy.md says. */
async function writeInterval(app: string, minutes: number): Promise<void> {
  const text = await readFile(app, 'utf8');
  const edited = text
    .replace('import', "import { Duration } from 'aws-cdk-lib';\nimport")
    .replace("policyDir: 'policy',", `$& interval: Duration.minutes(${minutes}),`);
  await writeFile(app, edited);
}

function policyText(provider: Provider, connections: readonly string[]): string {
  const credentials = provider === 'outscale' ? `, credentials: { secret: ${SECRET} }` : '';
  return `version: 1
recipient: { provider: ${provider}, region: ${TARGET_REGION}, account: "${RECIPIENT_ACCOUNT}"${credentials} }
owners: { acme: { connections: [${connections.join(', ')}], gateway: ${PROD} } }
`;
}

/** A policy test for each connection: a deployment refuses a policy that fails one. */
function policyTests(target: string, connections: readonly string[]): string {
  const cases = connections.map(
    (connection) => `  - name: acme reaches production over ${connection}
    at: 2026-06-01T12:00:00Z
    request: { connection: ${connection} }
    expect: { accept: { owner: acme, grant: default, gateway: ${PROD} } }
`,
  );
  return `version: 1\ntarget: ${target}\ncases:\n${cases.join('')}`;
}
