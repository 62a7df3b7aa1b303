import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { REASON_CODES } from '../../core/reasons.ts';

it('docs/reasons.md explains every reason code, in the order of the code, and no other', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/reasons.md'), 'utf8');
  const explained = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code]) => code);
  expect(explained).toEqual([...REASON_CODES]);
});
