import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the SDK looks for profiles. */
export function profileFiles(env: Environment): readonly string[] {
  return [
    env.AWS_CONFIG_FILE || join(homedir(), '.aws', 'config'),
    env.AWS_SHARED_CREDENTIALS_FILE || join(homedir(), '.aws', 'credentials'),
  ];
}

/** Whether a file names a profile, for a message: the SDK does not distinguish a missing profile from one without credentials. */
export function hasProfile(profile: string, env: Environment): boolean {
  return profileFiles(env).some((file) =>
    linesOf(file).some((line) => /^\s*\[\s*(?:profile\s+)?["']?(.*?)["']?\s*\]/.exec(line)?.[1] === profile),
  );
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/);
  } catch {
    return [];
  }
}
