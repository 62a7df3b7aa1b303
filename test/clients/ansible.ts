import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Emulator } from '../../emulator/emulator.ts';
import { BOTO3_PACKAGES } from './boto3.ts';
import { installPythonClient } from './installClient.ts';

export const ANSIBLE = '12.3.0';

/**
 * Ansible's package of PyPI has ansible-core and, in 350 MB, the collections amazon.aws and community.aws, which no other registry
 * that this project uses has.
 */
export const installAnsible = () =>
  installPythonClient('ansible', [
    `ansible==${ANSIBLE}`,
    'ansible-core==2.19.14',
    'Jinja2==3.1.6',
    'MarkupSafe==3.0.4',
    'PyYAML==6.0.4',
    'cffi==2.1.1',
    'cryptography==50.0.2',
    'packaging==26.4',
    'pycparser==3.12',
    'resolvelib==1.2.1',
    ...BOTO3_PACKAGES,
  ]);

/** A task of a playbook: a module, by its full name, with its parameters. */
export type Task = readonly [module: string, parameters: Readonly<Record<string, unknown>>];

/** What a module returned. */
export interface TaskResult {
  readonly changed: boolean;
  readonly failed: boolean;
  /** the reason of a failure; empty if there is none */
  readonly msg: string;
  /** everything that it returned */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Runs tasks in order as an account, until one fails. */
export async function runPlaybook(
  client: string,
  { url }: Emulator,
  account: string,
  tasks: readonly Task[],
): Promise<TaskResult[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'vif-acceptor-ansible-'));
  try {
    const target = { endpoint_url: url, region: 'eu-west-2', access_key: account, secret_key: 'secret' };
    const play = {
      ...{ hosts: 'localhost', connection: 'local', gather_facts: false },
      vars: { ansible_python_interpreter: join(client, 'bin/python') },
      tasks: tasks.map(([module, parameters]) => ({ [module]: { ...target, ...parameters } })),
    };
    // JSON is YAML.
    await writeFile(join(scratch, 'play.yml'), JSON.stringify([play]));
    return readResults(await ansiblePlaybook(client, scratch));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Standard output of the playbook, whether or not a task failed. */
function ansiblePlaybook(client: string, scratch: string): Promise<string> {
  const env = {
    PATH: `${join(client, 'bin')}:/usr/bin:/bin`,
    HOME: scratch,
    LANG: 'C.UTF-8',
    ANSIBLE_HOME: scratch,
    ANSIBLE_STDOUT_CALLBACK: 'ansible.posix.json',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const args = ['--inventory', 'localhost,', 'play.yml'];
  const program = join(client, 'bin/ansible-playbook');
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd: scratch, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      // Exit code 2: a task failed, which its result says.
      if (error === null || error.code === 2) resolve(stdout);
      else reject(new Error(`ansible-playbook failed: ${stderr || stdout}`, { cause: error }));
    });
  });
}

interface PlaybookOutput {
  readonly plays: readonly {
    readonly tasks: readonly {
      readonly hosts: { readonly localhost: Readonly<Record<string, unknown>> };
    }[];
  }[];
}

function readResults(output: string): TaskResult[] {
  const { plays }: PlaybookOutput = JSON.parse(output);
  return plays.flatMap(({ tasks }) =>
    tasks.map(({ hosts: { localhost: values } }) => ({
      changed: values.changed === true,
      failed: values.failed === true,
      msg: values.failed === true ? String(values.msg) : '',
      values,
    })),
  );
}
