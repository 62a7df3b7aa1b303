import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { ACCOUNT, type Moto, REGION } from './moto.ts';

const ROOT = resolve(import.meta.dirname, '../..');
export const STACK = 'VifAcceptor';

/** What one command may take, in milliseconds. */
const PATIENCE = 120_000;

export type Outputs = Readonly<Record<string, string>>;

/** The CDK CLI of this checkout, on its own app, as whoever deploys types it. */
export interface Cdk {
  bootstrap(): Promise<void>;
  /** @returns the stack's outputs */
  deploy(): Promise<Outputs>;
  /** What a deployment would change, as `~ AWS::Lambda::LayerVersion` or `+ Output LedgerTable`. */
  diff(): Promise<string[]>;
  destroy(): Promise<void>;
}

/**
 * The two options of `deploy` are moto's need: executing a change set, it keeps no outputs and never ends an update; and of
 * parameters that have a default it remembers no value to use again. `diff` asks for no change set for the same reason.
 * @param dir for whatever the CLI leaves behind: the assembly, and what it keeps of an account under the home folder
 */
export function cdkOn(moto: Moto, dir: string, policyDir: string): Cdk {
  const context = ['-c', `policyDir=${policyDir}`, '-c', 'notify=noc@example.com'];
  const outputs = join(dir, 'outputs.json');
  const cdk = async (...args: string[]): Promise<string> => {
    const all = [...args, ...context, '--output', join(dir, 'cdk.out'), '--no-color'];
    try {
      return await run(all, environment(moto, dir));
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}\nmoto: ${moto.lastWords()}`);
    }
  };
  return {
    bootstrap: async () => {
      await cdk('bootstrap');
    },
    deploy: async () => {
      const direct = ['--method=direct', '--no-previous-parameters'];
      await cdk('deploy', '--require-approval', 'never', ...direct, '--outputs-file', outputs);
      return readOutputs(await readFile(outputs, 'utf8'));
    },
    diff: async () => changesIn(await cdk('diff', '--method=template')),
    destroy: async () => {
      await cdk('destroy', '--force');
    },
  };
}

function environment({ url }: Moto, dir: string): Record<string, string> {
  return {
    // The app is `node infra/app.ts`: this Node, whatever else is on the machine.
    PATH: [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
    HOME: dir,
    // The CLI looks for its own folder where the system says that the home is, not where HOME does.
    CDK_HOME: join(dir, '.cdk'),
    CI: 'true',
    AWS_ENDPOINT_URL: url,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: ACCOUNT,
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** @returns everything that it printed */
function run(args: readonly string[], env: Record<string, string>): Promise<string> {
  const options = { cwd: ROOT, env, timeout: PATIENCE, maxBuffer: 2 ** 24 };
  return new Promise((done, fail) => {
    execFile(
      process.execPath,
      [join(ROOT, 'node_modules/aws-cdk/bin/cdk'), ...args],
      options,
      (error, stdout, stderr) => {
        if (error === null) done(stdout + stderr);
        else fail(new Error(`\`cdk ${args.join(' ')}\` failed:\n${stdout}${stderr}`));
      },
    );
  });
}

/** Details are indented; of an output, its ID comes last before its values. */
function changesIn(printed: string): string[] {
  return [...printed.matchAll(/^\[([-+~])\] (\S+) (.*)$/gm)].map(([, how = '', type = '', rest = '']) => {
    const output = type === 'Output' ? ` ${/(\w+):/.exec(rest)?.[1]}` : '';
    return `${how} ${type}${output}`;
  });
}

const outputsFile = z.object({ [STACK]: z.record(z.string(), z.string()) });

function readOutputs(text: string): Outputs {
  return outputsFile.parse(JSON.parse(text))[STACK];
}
