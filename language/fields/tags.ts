import * as z from 'zod';
import { filledList, filledMap, invisible, judgedText } from '../leaf.ts';
import { sortedEntries, sortedSet } from '../sorted.ts';

export const tags = {
  schema: z
    .record(
      z.string(),
      filledList(judgedText('A value, which may be empty.', invisible), 'The tag has one of these values.'),
    )
    .superRefine(filledMap)
    .describe('The virtual interface has all of these tags, each with one of its values.'),
  providers: ['aws'],
  holds: true,
  normalise: (written: Readonly<Record<string, readonly string[]>>) =>
    Object.fromEntries(sortedEntries(written).map(([key, values]) => [key, sortedSet(values)])),
} as const;
