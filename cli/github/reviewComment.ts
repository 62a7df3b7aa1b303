import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { readErrorCode } from '../../adapters/fileSystem.ts';
import { truncate } from '../../core/printableText.ts';
import { UsageError } from '../options.ts';
import { writeComment } from './comments.ts';
import { openRepository, readRepositorySettings } from './repository.ts';

/** The pull request whose review a workflow writes as a comment. */
export interface CommentTarget {
  /** Writes the comment, or replaces its text. @throws ForgeFailure */
  write(text: string): Promise<void>;
}

const MARKER = '<!-- vif-acceptor policy review -->';

/** GitHub refuses a comment of more than 65536 characters. */
const MAX_LENGTH = 60_000;

/** The part of the event of a workflow that names the pull request. */
const eventSchema = z.object({
  pull_request: z
    .object({
      number: z.int().positive(),
      head: z.object({ repo: z.object({ full_name: z.string() }).nullable() }),
      base: z.object({ repo: z.object({ full_name: z.string() }) }),
    })
    .optional(),
});

/**
 * Finds the pull request of a workflow, by its event or its reference.
 * @returns `null` for a pull request from a fork, whose token may write nothing; a line on standard error says so
 * @throws UsageError
 */
export function findCommentTarget(env: NodeJS.ProcessEnv): CommentTarget | null {
  const settings = readRepositorySettings(env, undefined);
  if (settings === null)
    throw new UsageError(
      '--comment needs GITHUB_TOKEN, with the right to write pull requests: set it, or remove --comment',
    );
  const event = readEvent(env.GITHUB_EVENT_PATH);
  const number =
    event.pull_request?.number ??
    Number(/^refs\/pull\/(\d+)\//.exec(env.GITHUB_REF ?? '')?.[1] ?? Number.NaN);
  if (!Number.isSafeInteger(number))
    throw new UsageError(
      '--comment finds no pull request in GITHUB_EVENT_PATH or GITHUB_REF: use it in a workflow for `pull_request`',
    );
  const { head, base } = event.pull_request ?? {};
  if (head !== undefined && head.repo?.full_name !== base?.repo.full_name) {
    process.stderr.write('no comment: the pull request is from a fork, whose token may write none\n');
    return null;
  }
  const repository = openRepository(settings, (line) => {
    process.stderr.write(`${line}\n`);
  });
  return {
    write: async (text) => {
      const shown =
        text.length > MAX_LENGTH
          ? `The review is too long for a comment: the output of the workflow has all of it.\n\n${truncate(text, MAX_LENGTH)}`
          : text;
      await writeComment(repository, number, MARKER, shown);
    },
  };
}

function readEvent(path: string | undefined): z.output<typeof eventSchema> {
  if (path === undefined || path === '') return {};
  try {
    return eventSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const isOther = error instanceof z.ZodError || error instanceof SyntaxError;
    throw new UsageError(
      `GITHUB_EVENT_PATH must name the event of a workflow, but the file ${isOther ? 'has another content' : `cannot be read (${readErrorCode(error)})`}; unset it, or use --comment in a workflow`,
    );
  }
}
