import { execFileSync } from 'node:child_process';

/** Whether a program that npm cannot install is installed. */
export function isInstalled(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args.length === 0 ? ['--version'] : args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
