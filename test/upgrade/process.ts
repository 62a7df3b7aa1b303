import { pathToFileURL } from 'node:url';

/**
 * A process of the function. `process.ts BUNDLE` calls the bundle once like Lambda, and prints `{ "report": … }`, or
 * `{ "error": "…" }` if the invocation failed.
 */
const [bundle = ''] = process.argv.slice(2);
const { handler } = await import(pathToFileURL(bundle).href);
const print = process.stdout.write.bind(process.stdout);
const log: string[] = [];
const keep = (chunk: string | Uint8Array): boolean => log.push(String(chunk)) > 0;
process.stdout.write = keep;
process.stderr.write = keep;
const context = {
  awsRequestId: '00000000-0000-4000-8000-000000000000',
  functionName: 'vif-acceptor',
  getRemainingTimeInMillis: () => 60_000,
};
const result = await handler({ target: 'hub' }, context).then(
  (answer: object) => ({ report: 'format' in answer ? { ...answer, ...logged() } : answer }),
  (error: unknown) => ({ error: String(error) }),
);
print(`${JSON.stringify(result)}\n`);

/** The parts of the report in the log of a function that returns only counts. Release 0.1.0 returns the whole report. */
function logged(): object {
  const lines = log
    .join('')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const of = (key: string): unknown[] => lines.flatMap((line) => line[key] ?? []);
  return {
    requests: of('request'),
    ended: of('ended'),
    followUps: of('followUps'),
    failures: of('failures'),
  };
}
