/** Functions that a benchmark process offers to its parent, by name. */
export type Answers = Readonly<Record<string, (input: unknown) => unknown>>;

/** Sends `first`, then answers requests until the parent disconnects. Imports nothing, because it is part of what is measured. */
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
