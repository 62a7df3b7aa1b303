import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename, dirname } from 'node:path';

const virtual = new Map<string, string>();

/** Writes a virtual file, which can be read at once. Disk time is not part of a life. */
export function writeVirtual(path: string, text: string): void {
  virtual.set(path, text);
}

export function installVirtualFiles(): void {
  const { readFile, readdir } = files;
  Object.assign(files, {
    readFile: async (path: string, ...others: []) => virtual.get(path) ?? readFile(path, ...others),
    readdir: async (path: string, ...others: []) => {
      const names = virtualNames(path);
      return names.length > 0 ? names : readdir(path, ...others);
    },
  });
  syncBuiltinESMExports();
}

function virtualNames(folder: string): string[] {
  return [...virtual.keys()].filter((path) => dirname(path) === folder).map((path) => basename(path));
}
