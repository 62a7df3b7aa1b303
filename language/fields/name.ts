import { filledList, plainText } from '../leaf.ts';
import { sortedSet } from '../sorted.ts';

export const name = {
  schema: filledList(
    plainText(
      'A name; `*` stands for any characters, none included. Case matters, and the whole name must fit.',
    ),
    "The virtual interface's name fits one of these. It is the requester's own word: it narrows, it never identifies.",
  ),
  providers: ['outscale', 'aws'],
  holds: true,
  // Several stars in a row mean what one means.
  normalise: (written: readonly string[]) => sortedSet(written.map((glob) => glob.replace(/\*+/g, '*'))),
} as const;
