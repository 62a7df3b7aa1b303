import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Node {
  readonly version: string;
  readonly path: string;
}

/** The oldest that `aws-cdk-lib` runs on. */
const OLDEST = 20;

/** This Node, and every other one that is on the PATH: who installs the package has one of their own. */
export function nodes(): readonly Node[] {
  const places = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  const found = new Map<string, Node>();
  for (const path of [process.execPath, ...places].flatMap(real)) {
    const version = spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? '';
    if (Number(/^v(\d+)/.exec(version)?.[1]) >= OLDEST && !found.has(version))
      found.set(version, { version, path });
  }
  return [...found.values()];
}

function real(path: string): string[] {
  try {
    return [realpathSync(path)];
  } catch {
    return [];
  }
}
