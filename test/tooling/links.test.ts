import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { EMULATOR_PAGES } from '../../scripts/emulatorPages.ts';

const PAGES = globSync(['*.md', 'docs/*.md', 'emulator/*.md', 'policy/*.md']).sort();

/** The anchors that GitHub makes of a page's headings. */
function anchorsOf(page: string): string[] {
  return [...withoutCode(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function withoutCode(page: string): string {
  return readFileSync(page, 'utf8').replaceAll(/^ *```.*?^ *```$/gms, '');
}

/** Links of a page to files of the repository, as paths from its root. */
function linksOf(page: string): { readonly path: string; readonly anchor: string }[] {
  return [...withoutCode(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target = '']) => {
    const [file = '', anchor = ''] = target.split('#');
    return { path: file === '' ? page : normalize(join(dirname(page), file)), anchor };
  });
}

it.each(PAGES)('%s links to files that exist, and to headings in them', (page) => {
  const links = linksOf(page);
  expect(links.filter(({ path }) => !existsSync(path))).toEqual([]);
  const broken = links.filter(({ path, anchor }) => anchor !== '' && !anchorsOf(path).includes(anchor));
  expect(broken).toEqual([]);
});

it.each(EMULATOR_PAGES.filter((page) => page.endsWith('.md')))(
  '%s links only to files that the package of the emulator has too',
  (page) => {
    expect(linksOf(page).filter(({ path }) => !EMULATOR_PAGES.includes(path))).toEqual([]);
  },
);

const SOURCE_FILE =
  /(?<![\w/.-])(?:adapters|bench|bin|cli|core|demo|emulator|infra|lambda|language|run|scripts|test)\/[\w/.-]+\.[cm]?ts\b/g;

it.each(PAGES)('%s names source files that exist', (page) => {
  const named = readFileSync(page, 'utf8').match(SOURCE_FILE) ?? [];
  expect(named.filter((path) => !existsSync(path))).toEqual([]);
});

it('README.md links to every page of docs/', () => {
  const linked = new Set(linksOf('README.md').map(({ path }) => path));
  expect(PAGES.filter((page) => page.startsWith('docs/') && !linked.has(page))).toEqual([]);
});

it.each(PAGES)('%s names the tarball that `npm pack` makes of this version', (page) => {
  const { version } = packageJson;
  const named = readFileSync(page, 'utf8').match(/\bvif-acceptor-[\w.*-]+\.tgz\b/g) ?? [];
  expect(named.filter((tarball) => tarball !== `vif-acceptor-${version}.tgz`)).toEqual([]);
});
