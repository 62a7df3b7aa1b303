import { execFile } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Terraform with its AWS provider, in a scratch folder that has been initialised. */
export interface Terraform {
  /** Runs a command. @returns its exit code and all that it printed */
  run(
    command: string,
    ...args: readonly string[]
  ): Promise<{ readonly code: number; readonly output: string }>;
  remove(): void;
}

/** Terraform's documented folders for providers that are installed on the machine, and the place of software of third parties. */
const MIRRORS = [
  `${homedir()}/.terraform.d/plugins`,
  `${process.env.XDG_DATA_HOME ?? `${homedir()}/.local/share`}/terraform/plugins`,
  '/usr/local/share/terraform/plugins',
  '/usr/share/terraform/plugins',
  `${homedir()}/Library/Application Support/io.terraform/plugins`,
  '/Library/Application Support/io.terraform/plugins',
  '/opt/*',
];

/** A folder with the provider in Terraform's layout of a filesystem mirror. */
function findMirror(): string | undefined {
  return MIRRORS.flatMap((pattern) => (pattern.endsWith('*') ? globSync(pattern) : [pattern])).find(
    (folder) => existsSync(join(folder, 'registry.terraform.io/hashicorp/aws')),
  );
}

/**
 * Prepares a scratch folder with a copy of a configuration, and installs the provider there: from a mirror on this machine, or
 * else from Terraform's registry.
 * @returns the reason if Terraform or the provider cannot be had
 */
export async function prepareTerraform(configuration: string): Promise<Terraform | string> {
  const folder = mkdtempSync(join(tmpdir(), 'terraform-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  for (const file of readdirSync(configuration)) cpSync(join(configuration, file), join(folder, file));
  const mirror = findMirror();
  const source =
    mirror === undefined ? 'direct {}' : `filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }`;
  const settings = join(folder, 'settings.tfrc');
  writeFileSync(settings, `disable_checkpoint = true\nprovider_installation {\n  ${source}\n}\n`);
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    TF_CLI_CONFIG_FILE: settings,
    TF_IN_AUTOMATION: '1',
    // The provider is started several times a command: with less garbage collection it needs a quarter less processor time.
    GOGC: '400',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const run: Terraform['run'] = async (command, ...args) => {
    const options = { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 };
    try {
      const { stdout } = await promisify(execFile)('terraform', [command, '-no-color', ...args], options);
      return { code: 0, output: stdout };
    } catch (error) {
      const { code, stdout = '', stderr = '' } = Object(error);
      if (typeof code !== 'number') throw error;
      return { code, output: `${stdout}${stderr}` };
    }
  };
  try {
    const { code, output } = await run('init', '-input=false');
    if (code === 0) return { run, remove };
    remove();
    return `the AWS provider cannot be installed: ${output.trim().split('\n').at(-1) ?? ''}`;
  } catch (error) {
    remove();
    if (Object(error).code === 'ENOENT') return '`terraform` is not on PATH';
    throw error;
  }
}
