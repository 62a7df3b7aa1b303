import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { ACCOUNT, type AwsServer, REGION } from './awsServer.ts';

const ROOT = resolve(import.meta.dirname, '../..');
export const STACK = 'VifAcceptor';

/** Time limit of one command. */
const COMMAND_TIMEOUT_MS = 120_000;

export type Outputs = Readonly<Record<string, string>>;

/** The CDK CLI in a policy repository, called as on a command line. */
export interface Cdk {
  bootstrap(): Promise<void>;
  /** @returns the outputs of the stack */
  deploy(): Promise<Outputs>;
  /** The changes of a deployment, for example `~ AWS::Lambda::LayerVersion` or `+ Output LedgerTable`. */
  diff(): Promise<string[]>;
  destroy(): Promise<void>;
}

/**
 * Runs the CDK CLI against a server.
 * @param dir receives all files that the CLI writes: the assembly, and its account data in the home folder
 * @param repository has the app
 * @param deployOptions of `cdk deploy`, which the server needs
 */
export function createCdk(
  server: AwsServer,
  dir: string,
  repository: string,
  deployOptions: readonly string[],
): Cdk {
  const outputsPath = join(dir, 'outputs.json');
  const cdk = async (...args: string[]): Promise<string> => {
    const allArgs = [...args, '--output', join(dir, 'cdk.out'), '--no-color'];
    try {
      return await runCdk(repository, allArgs, environmentVariables(server, dir));
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}\n${server.recentErrors()}`);
    }
  };
  return {
    bootstrap: async () => {
      await cdk('bootstrap');
    },
    deploy: async () => {
      await cdk('deploy', '--require-approval', 'never', ...deployOptions, '--outputs-file', outputsPath);
      return readOutputs(await readFile(outputsPath, 'utf8'));
    },
    // moto has no change sets.
    diff: async () => parseChanges(await cdk('diff', '--method=template')),
    destroy: async () => {
      await cdk('destroy', '--force');
    },
  };
}

function environmentVariables({ url }: AwsServer, dir: string): Record<string, string> {
  return {
    // The app is `node app.mjs`. It must use the Node of this process, not another one on the machine.
    PATH: [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
    HOME: dir,
    // The CLI takes its default folder from the home folder of the system user, and ignores HOME.
    CDK_HOME: join(dir, '.cdk'),
    CI: 'true',
    AWS_ENDPOINT_URL: url,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: ACCOUNT,
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** @returns standard output and standard error */
function runCdk(cwd: string, args: readonly string[], env: Record<string, string>): Promise<string> {
  const options = { cwd, env, timeout: COMMAND_TIMEOUT_MS, maxBuffer: 2 ** 24 };
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [join(ROOT, 'node_modules/aws-cdk/bin/cdk'), ...args],
      options,
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout + stderr);
        else reject(new Error(`\`cdk ${args.join(' ')}\` failed:\n${stdout}${stderr}`));
      },
    );
  });
}

/** Parses the lines that are not indented. The line of an output ends with its ID and its values. */
function parseChanges(printed: string): string[] {
  return [...printed.matchAll(/^\[([-+~])\] (\S+) (.*)$/gm)].map(([, sign = '', type = '', rest = '']) => {
    const output = type === 'Output' ? ` ${/(\w+):/.exec(rest)?.[1]}` : '';
    return `${sign} ${type}${output}`;
  });
}

const outputsFile = z.object({ [STACK]: z.record(z.string(), z.string()) });

function readOutputs(text: string): Outputs {
  return outputsFile.parse(JSON.parse(text))[STACK];
}
