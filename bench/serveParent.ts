/** What a process of the benchmark does for the one that started it, by name. */
export type Answers = Readonly<Record<string, (input: unknown) => unknown>>;

/** Says `first`, then answers what it is asked, until the parent is gone. */
export function serveParent(first: unknown, answers: Answers): void {
  const say = (message: object): void => {
    process.send?.(message);
  };
  process.on('message', (message) => {
    const { ask, input } = Object(message);
    Promise.resolve()
      .then(() => answers[String(ask)]?.(input))
      .then((answer) => say({ answer: answer ?? null }))
      .catch((error: unknown) =>
        say({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      );
  });
  process.once('disconnect', () => process.exit());
  say({ answer: first ?? null });
}
