import { printableJson } from '../../core/printable.ts';
import type { Announcer } from '../../ports.ts';
import { appendLines } from '../appendLines.ts';
import { codeOf } from '../errorCode.ts';
import { eventOf } from './event.ts';

/** Announces by adding JSON lines to a file, or to a pipe that stands there. */
export function createFileAnnouncer(path: string): Announcer {
  return {
    announce: async (announcements) => {
      try {
        await appendLines(
          path,
          announcements.map((announcement) => printableJson(eventOf(announcement))),
        );
        return { delivered: announcements.map(({ id }) => id), problem: null };
      } catch (error) {
        return { delivered: [], problem: `${path} cannot be written (${codeOf(error)}); mend its folder` };
      }
    },
  };
}
