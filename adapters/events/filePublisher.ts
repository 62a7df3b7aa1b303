import { stat } from 'node:fs/promises';
import { printableJson } from '../../core/printable.ts';
import type { Announcer } from '../../run/ports.ts';
import { createPipe, type Written } from '../announcers/pipe.ts';
import { appendLines } from '../appendLines.ts';
import { codeOf } from '../errorCode.ts';
import { fileCause } from '../fileSystem.ts';
import { createQueue } from '../queue.ts';
import { eventOf } from './publishedEvent.ts';

/** Announces by adding JSON lines to a file, or to a pipe that stands there; passes at once add theirs in turn. */
export function createFileAnnouncer(path: string): Announcer {
  // Whoever adds looks at the end of the file first, and a pipe mixes long writes.
  const inTurn = createQueue();
  const toPipe = createPipe(path);
  return {
    announce: async (announcements) => {
      const lines = announcements.map((announcement) => printableJson(eventOf(announcement)));
      let written: Written = { lines: 0, cause: null };
      try {
        await inTurn(async () => {
          written = (await isPipe(path)) ? await toPipe(lines) : await toFile(path, lines);
        });
      } catch (cause) {
        written = { lines: 0, cause };
      }
      const { cause } = written;
      const ids = announcements.map(({ id }) => id);
      return {
        delivered: ids.slice(0, written.lines),
        // A file takes any event.
        postponed: ids.slice(written.lines),
        problem: cause === null ? null : `${path} cannot be written ${fileCause(cause)}`,
      };
    },
  };
}

async function isPipe(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFIFO();
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return false;
    throw cause;
  }
}

async function toFile(path: string, lines: readonly string[]): Promise<Written> {
  await appendLines(path, lines);
  return { lines: lines.length, cause: null };
}
