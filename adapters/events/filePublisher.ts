import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { toPublishedEvent } from '../../core/events/event.ts';
import { printableJson } from '../../core/json.ts';
import type { EventPublisher } from '../../run/ports.ts';
import { appendLines, describeFileError, readErrorCode } from '../fileSystem.ts';
import { createSerialQueue } from '../promises.ts';

/** How long a call waits for the reader of a pipe, in milliseconds. */
const LIMIT_MS = 2000;

/** The result of writing lines. */
export interface Written {
  /** how many lines were written, from the first on */
  readonly lines: number;
  /** why the next line was not written; `null`: all were */
  readonly cause: unknown;
}

/**
 * Creates a function that writes lines to a named pipe within a time limit: a reader that is missing or stuck would block this
 * process for ever, and what is written to a pipe without a reader is lost.
 */
function createPipeWriter(path: string): (lines: readonly string[]) => Promise<Written> {
  let isCutShort = false;
  return async (lines) => {
    const end = performance.now() + LIMIT_MS;
    let written = 0;
    try {
      const pipe = await retryUntil(end, () => open(path, constants.O_WRONLY | constants.O_NONBLOCK));
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
    const { bytesWritten } = await retryUntil(end, () => pipe.write(text, from));
    at += bytesWritten;
    taken(at === text.length);
  }
}

/** Tries again while the pipe has no reader or is full. */
async function retryUntil<T>(end: number, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (cause) {
      const isTemporary = readErrorCode(cause) === 'ENXIO' || readErrorCode(cause) === 'EAGAIN';
      if (!isTemporary || performance.now() >= end) throw cause;
    }
    await pause(20);
  }
}

/** Creates a publisher that appends JSON lines to a file or a named pipe. Concurrent runs append one after the other. */
export function createFilePublisher(path: string): EventPublisher {
  // Serial, because appending first reads the end of the file, and because a pipe mixes long writes.
  const serially = createSerialQueue();
  const writeToPipe = createPipeWriter(path);
  return {
    publish: async (events) => {
      const lines = events.map((event) => printableJson(toPublishedEvent(event)));
      let written: Written = { lines: 0, cause: null };
      try {
        await serially(async () => {
          written = (await isPipe(path)) ? await writeToPipe(lines) : await writeToFile(path, lines);
        });
      } catch (cause) {
        written = { lines: 0, cause };
      }
      const { cause } = written;
      const ids = events.map(({ id }) => id);
      return {
        delivered: ids.slice(0, written.lines),
        // A file refuses no event.
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

async function writeToFile(path: string, lines: readonly string[]): Promise<Written> {
  await appendLines(path, lines);
  return { lines: lines.length, cause: null };
}
