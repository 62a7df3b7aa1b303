import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const virtual = new Map<string, string>();

/** Writes a virtual file, which can be read at once. Disk time is not part of a life. */
export function writeVirtual(path: string, text: string): void {
  virtual.set(path, text);
}

export function installVirtualFiles(): void {
  const real = files.readFile;
  Object.assign(files, {
    readFile: async (path: string, ...others: []) => virtual.get(path) ?? real(path, ...others),
  });
  syncBuiltinESMExports();
}
