import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';

/** On what the figures were measured, without which they say nothing. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  readonly os: string;
  readonly at: string;
  /** of the checkout */
  readonly revision: string;
}

export function machine(): Machine {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    os: `${type()} ${release()}`,
    at: new Date().toISOString(),
    revision: revision(),
  };
}

function revision(): string {
  try {
    const [cwd, encoding] = [import.meta.dirname, 'utf8'] as const;
    return execFileSync('git', ['describe', '--always', '--dirty'], { cwd, encoding }).trim();
  } catch {
    return 'unknown';
  }
}
