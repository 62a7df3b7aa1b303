import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PolicyRefused } from '../core/policyText.ts';
import { escapeInvisible } from '../core/printableText.ts';

/**
 * The targets whose policies are deployed with this function, sorted.
 * @param target named by the error if the folder cannot be read
 * @throws PolicyRefused
 */
export async function listTargets(policyDir: string, target: string): Promise<string[]> {
  try {
    const files = await readdir(policyDir);
    return files
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.slice(0, -'.json'.length))
      .sort();
  } catch (cause) {
    throw new PolicyRefused(target, escapeInvisible(`${policyDir} cannot be read`), { cause });
  }
}

/** Reads a file of the layer. @throws PolicyRefused */
export async function readPolicyFile(policyDir: string, target: string, name: string): Promise<string> {
  const path = join(policyDir, name);
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new PolicyRefused(target, escapeInvisible(`${path} cannot be read`), { cause });
  }
}

/** Reads the git revision of the deployed policies. @throws PolicyRefused */
export async function readRevision(policyDir: string, target: string): Promise<string> {
  return (await readPolicyFile(policyDir, target, 'revision.txt')).trim();
}
