import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { palettePng } from './palettePng.ts';

/** The upper part of the status page: what a person sees first. */
const SIZE = '1040,832';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];

/** @returns a small PNG of the page, as headless Chromium shows it; throws where no Chromium is installed */
export function screenshot(page: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'vif-acceptor-screenshot-'));
  try {
    const [from, to] = [join(folder, 'page.html'), join(folder, 'page.png')];
    writeFileSync(from, page);
    const args = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--hide-scrollbars',
      `--user-data-dir=${folder}`,
    ];
    browse([...args, `--window-size=${SIZE}`, `--screenshot=${to}`, `file://${from}`]);
    return palettePng(readFileSync(to));
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function browse(args: readonly string[]): void {
  for (const browser of BROWSERS) {
    try {
      execFileSync(browser, args, { stdio: 'ignore', timeout: 60_000 });
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  throw new Error(
    'no Chromium is installed; install one, such as by `apt-get install chromium`, and try again',
  );
}
