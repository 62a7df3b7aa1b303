import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  collectOutputs,
  demoPicture,
  digestsOf,
  PICTURES,
  README,
  withFirstUse,
} from '../../scripts/pictures/outputs.ts';
import { palettePng } from '../../scripts/pictures/palettePng.ts';

const RENEW = 'README.md or a picture of it shows output that has changed: renew them by `npm run pictures`';
const PAGE = readFileSync(README, 'utf8');

describe('the pictures and the transcript of README.md', () => {
  it('show what the commands print today', { timeout: 120_000 }, async () => {
    const outputs = await collectOutputs();
    const recorded: unknown = JSON.parse(readFileSync(join(PICTURES, 'sources.json'), 'utf8'));
    expect(recorded, RENEW).toEqual(digestsOf(outputs));
    expect(readFileSync(join(PICTURES, 'npm-start.svg'), 'utf8'), RENEW).toBe(demoPicture(outputs.demo));
    expect(PAGE, RENEW).toBe(withFirstUse(PAGE, outputs.firstUse));
  });

  it('are small, and README.md has each of them with a text for readers who do not see it', () => {
    const pictures = readdirSync(PICTURES).filter((name) => name !== 'sources.json');
    expect(pictures.sort()).toEqual(['npm-start.svg', 'status.png']);
    for (const name of pictures) {
      expect(statSync(join(PICTURES, name)).size).toBeLessThan(100_000);
      expect(PAGE).toMatch(new RegExp(`!\\[[^\\]]{20,}\\]\\(docs/pictures/${name}\\)`));
    }
  });
});

it('a screenshot that is no PNG of three colours of 8 bits is refused', () => {
  const withPalette = readFileSync(join(PICTURES, 'status.png'));
  expect(() => palettePng(withPalette)).toThrow('not a PNG of 8 bits for each of three colours');
});
