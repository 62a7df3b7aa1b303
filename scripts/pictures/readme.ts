import { join } from 'node:path';
import { ROOT } from './emulatedAccount.ts';
import { ESCAPE, terminalSvg } from './terminalSvg.ts';

export const README = join(ROOT, 'README.md');
export const PICTURES = join(ROOT, 'docs/pictures');

/** Markers around the transcript in README.md. */
const BLOCK = /(<!-- first use: npm run pictures -->\n\n```console\n)(?:.*\n)*?(```\n\n<!-- end -->)/;

/** @returns the page with this transcript in its place */
export function withFirstUse(page: string, transcript: string): string {
  if (!BLOCK.test(page)) throw new Error('README.md has no place for the transcript of the first use');
  return page.replace(BLOCK, (_, before: string, after: string) => `${before}${transcript}\n${after}`);
}

/** How the demonstration begins each of its scenes. */
const SCENE = new RegExp(`^(?=${ESCAPE}\\[1m── )`, 'm');

/** Codes that begin a style, before the end of a line: they belong to the line that follows. */
const EARLY_STYLES = new RegExp(`((?:${ESCAPE}\\[(?:1|2|3[123])m)+)\n`, 'g');

/**
 * A picture of what `npm start` prints: its scenes from the one in which requests arrive, without the policy before them,
 * without paragraphs that were shown already, and without the commands after them.
 */
export function demoPicture(output: string): string {
  const [, , ...scenes] = output.replaceAll(EARLY_STYLES, '\n$1').split(SCENE);
  if (scenes.length < 2)
    throw new Error('the demonstration does not print the scenes that the picture shows');
  const paragraphs = [...new Set(scenes.join('').split('\n\n'))];
  // The last paragraphs are commands to type next: they have no colour.
  const end = paragraphs.findLastIndex((paragraph) => paragraph.includes(ESCAPE));
  const shown = paragraphs.slice(0, end + 1).join('\n\n');
  return terminalSvg(
    'npm start: requests are accepted, held, and expire',
    `${ESCAPE}[1m$ npm start${ESCAPE}[22m\n${ESCAPE}[2m…${ESCAPE}[22m\n\n${shown}`,
  );
}
