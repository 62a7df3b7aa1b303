import { printableJson } from '../../core/printable.ts';
import type { Announcer } from '../../ports.ts';
import { appendLines } from '../appendLines.ts';
import { fileCause } from '../fileCause.ts';
import { createQueue } from '../queue.ts';
import { eventOf } from './event.ts';

/** Announces by adding JSON lines to a file, or to a pipe that stands there; passes at once add theirs in turn. */
export function createFileAnnouncer(path: string): Announcer {
  // Whoever adds looks at the end of the file first, and a pipe mixes long writes.
  const inTurn = createQueue();
  return {
    announce: async (announcements) => {
      try {
        const lines = announcements.map((announcement) => printableJson(eventOf(announcement)));
        await inTurn(() => appendLines(path, lines));
        return { delivered: announcements.map(({ id }) => id), problem: null };
      } catch (error) {
        return { delivered: [], problem: `${path} cannot be written ${fileCause(error)}` };
      }
    },
  };
}
