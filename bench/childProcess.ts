import { fork, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';

/** A process that does one thing for the benchmark. */
export interface BenchProcess {
  /** what it said when it was ready */
  readonly first: unknown;
  ask(what: string, input?: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

/**
 * Starts a process and waits until it is ready. Rejects when it fails or ends instead.
 * @param env all of its environment
 * @param flags of Node
 */
export async function startProcess(
  file: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<BenchProcess> {
  // What a function logs is written, and read by nobody.
  const stdio: StdioOptions = ['ignore', 'ignore', 'inherit', 'ipc'];
  const child = fork(file, [...args], { env: { ...env }, execArgv: [...flags], stdio });
  const ended = once(child, 'exit');
  const heard = async (): Promise<unknown> => {
    const [message] = await Promise.race([
      once(child, 'message'),
      ended.then(([code]) => [{ error: `it ended with ${code}` }]),
    ]);
    const { answer, error } = Object(message);
    if (error !== undefined) throw new Error(`${file}: ${error}`);
    return answer;
  };
  return {
    first: await heard(),
    ask: (what, input) => {
      const answer = heard();
      child.send({ ask: what, input });
      return answer;
    },
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
