import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Emulator } from '../../emulator/emulator.ts';
import { folderWith } from './cli.ts';

const exec = promisify(execFile);

/** Runs the unmodified AWS CLI against the emulator, with the keys of `account`. */
export async function runAwsCli(
  cloud: Emulator,
  account: string,
  ...args: string[]
): Promise<Record<string, unknown>> {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folderWith({}),
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_DEFAULT_REGION: 'eu-west-2',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const { stdout } = await exec('aws', [...args, '--endpoint-url', cloud.url, '--output', 'json'], { env });
  const answer: unknown = JSON.parse(stdout || '{}');
  return typeof answer === 'object' && answer !== null ? { ...answer } : {};
}
