import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  collectOutputs,
  demoPicture,
  digestsOf,
  PICTURES,
  README,
  withFirstUse,
} from './pictures/outputs.ts';
import { screenshot } from './pictures/screenshot.ts';

/**
 * Makes the pictures of README.md and the transcript in it, from real output. docs/pictures/sources.json keeps the digests of
 * that output, by which a test sees when they are stale. The screenshot needs Chromium.
 */
const outputs = await collectOutputs();
writeFileSync(join(PICTURES, 'npm-start.svg'), demoPicture(outputs.demo));
writeFileSync(join(PICTURES, 'status.png'), screenshot(outputs.statusPage));
writeFileSync(README, withFirstUse(readFileSync(README, 'utf8'), outputs.firstUse));
writeFileSync(join(PICTURES, 'sources.json'), `${JSON.stringify(digestsOf(outputs), null, 2)}\n`);
