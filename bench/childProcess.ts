import { fork, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';

/** A child process of the benchmark. */
export interface BenchProcess {
  /** its first message, sent when it was ready */
  readonly first: unknown;
  ask(what: string, input?: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

/**
 * Starts a process and waits until it is ready. Rejects if it fails or exits instead.
 * @param env its whole environment
 * @param flags Node options
 */
export async function startProcess(
  file: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<BenchProcess> {
  // The function's log is written as usual, and discarded.
  const stdio: StdioOptions = ['ignore', 'ignore', 'inherit', 'ipc'];
  const child = fork(file, [...args], { env: { ...env }, execArgv: [...flags], stdio });
  const ended = once(child, 'exit');
  const receive = async (): Promise<unknown> => {
    const [message] = await Promise.race([
      once(child, 'message'),
      ended.then(([code]) => [{ error: `it ended with ${code}` }]),
    ]);
    const { answer, error } = Object(message);
    if (error !== undefined) throw new Error(`${file}: ${error}`);
    return answer;
  };
  return {
    first: await receive(),
    ask: (what, input) => {
      const answer = receive();
      child.send({ ask: what, input });
      return answer;
    },
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
