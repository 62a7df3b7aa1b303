import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, relative } from 'node:path';

const virtual = new Map<string, string>();

/** Writes a virtual file, which can be read at once. Disk time is not part of a life. */
export function writeVirtual(path: string, text: string): void {
  virtual.set(path, text);
}

/** Replaces the functions by which the deployed function reads its layer: virtual files come first. */
export function installVirtualFiles(): void {
  const { readFile, readdir } = files;
  Object.assign(files, {
    readFile: async (path: string, ...others: []) => virtual.get(path) ?? readFile(path, ...others),
    readdir: async (folder: string, ...others: []) => {
      const names = [...virtual.keys()].filter((path) => dirname(path) === folder);
      return names.length > 0 ? names.map((path) => relative(folder, path)) : readdir(folder, ...others);
    },
  });
  syncBuiltinESMExports();
}
