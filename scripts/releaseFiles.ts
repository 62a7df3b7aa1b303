import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { PROJECT_ROOT } from '../infra/bundledFunction.ts';
import { changeTarball, packFolder } from './packTarball.ts';

/**
 * Packs a package as it is published: with the licence, and with `repository`. The registry compares that with the repository of the
 * workflow that signs the provenance. The workflow is the first to know it, so package.json need not have it.
 * @param folder of the package, in the checkout
 * @param output receives the tarball
 * @param page of the repository; `null` if it is not known
 * @returns the path of the tarball
 */
export function packPublished(folder: string, output: string, page: string | null): string {
  const scratch = mkdtempSync(join(tmpdir(), 'vif-acceptor-'));
  try {
    const { tarball } = packFolder(join(PROJECT_ROOT, folder), scratch);
    const changed = changeTarball(tarball, output, (manifest, files) => {
      copyFileSync(join(PROJECT_ROOT, 'LICENSE'), join(files, 'LICENSE'));
      if (page === null || manifest.repository !== undefined) return manifest;
      const directory = folder === '.' ? {} : { directory: folder };
      return { ...manifest, repository: { type: 'git', url: `git+${page}.git`, ...directory } };
    });
    return changed.tarball;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** The text of a release, in which links to files of the checkout work on the page of the release. */
export function releaseNotes(page: string | null, tag: string, text: string): string {
  if (page === null) return `${text}\n`;
  const links = text
    .replaceAll('](#', '](CHANGELOG.md#')
    .replaceAll(/\]\((?!\w+:)/g, `](${page}/blob/${tag}/`);
  return `${links}\n`;
}

/** A line that `sha256sum --check` reads. */
export function checksumLine(file: string): string {
  return `${createHash('sha256').update(readFileSync(file)).digest('hex')}  ${basename(file)}\n`;
}
