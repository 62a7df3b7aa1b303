import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { printableJson } from '../../core/json.ts';
import type { EventPublisher } from '../../run/ports.ts';
import { appendLines, describeFileError, readErrorCode } from '../fileSystem.ts';
import { createSerialQueue } from '../promises.ts';
import { toPublishedEvent } from './publishedEvent.ts';

/** How long a call waits for the reader of a pipe, in milliseconds. */
const LIMIT_MS = 2000;

/** What came of writing lines to a pipe. */
export interface Written {
  /** so many lines were taken, the first ones */
  readonly lines: number;
  /** why the next was not; `null`: all were */
  readonly cause: unknown;
}

/**
 * Writes lines to a named pipe, and never longer than its limit: a reader that is missing or stuck would keep this process
 * waiting for ever, and what is written to a pipe that is read by no process is lost.
 */
function createPipeWriter(path: string): (lines: readonly string[]) => Promise<Written> {
  let isCutShort = false;
  return async (lines) => {
    const end = performance.now() + LIMIT_MS;
    let written = 0;
    try {
      const pipe = await patiently(end, () => open(path, constants.O_WRONLY | constants.O_NONBLOCK));
      try {
        for (const line of lines) {
          const text = Buffer.from(`${isCutShort ? '\n' : ''}${line}\n`);
          await write(pipe, text, end, (isWhole) => {
            isCutShort = !isWhole;
          });
          written += 1;
        }
      } finally {
        await pipe.close();
      }
      return { lines: written, cause: null };
    } catch (cause) {
      return { lines: written, cause };
    }
  };
}

async function write(
  pipe: FileHandle,
  text: Buffer,
  end: number,
  taken: (isWhole: boolean) => void,
): Promise<void> {
  for (let at = 0; at < text.length; ) {
    const from = at;
    const { bytesWritten } = await patiently(end, () => pipe.write(text, from));
    at += bytesWritten;
    taken(at === text.length);
  }
}

/** Tries again while there is no reader, or the pipe is full. */
async function patiently<T>(end: number, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (cause) {
      const mayPass = readErrorCode(cause) === 'ENXIO' || readErrorCode(cause) === 'EAGAIN';
      if (!mayPass || performance.now() >= end) throw cause;
    }
    await pause(20);
  }
}

/** Announces by adding JSON lines to a file, or to a pipe that stands there; passes at once add theirs in turn. */
export function createFilePublisher(path: string): EventPublisher {
  // Whoever adds looks at the end of the file first, and a pipe mixes long writes.
  const inTurn = createSerialQueue();
  const toPipe = createPipeWriter(path);
  return {
    publish: async (announcements) => {
      const lines = announcements.map((announcement) => printableJson(toPublishedEvent(announcement)));
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
        problem: cause === null ? null : `${path} cannot be written ${describeFileError(cause)}`,
      };
    },
  };
}

async function isPipe(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFIFO();
  } catch (cause) {
    if (readErrorCode(cause) === 'ENOENT') return false;
    throw cause;
  }
}

async function toFile(path: string, lines: readonly string[]): Promise<Written> {
  await appendLines(path, lines);
  return { lines: lines.length, cause: null };
}
