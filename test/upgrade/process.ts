import { pathToFileURL } from 'node:url';

/**
 * A process of the function: `process.ts BUNDLE` calls the bundle once, as Lambda does, and prints `{ "report": … }`, or
 * `{ "error": "…" }` when the invocation failed.
 */
const [bundle = ''] = process.argv.slice(2);
const { handler } = await import(pathToFileURL(bundle).href);
const print = process.stdout.write.bind(process.stdout);
// The function's log is no part of the result.
process.stdout.write = () => true;
const context = {
  awsRequestId: '00000000-0000-4000-8000-000000000000',
  functionName: 'vif-acceptor',
  getRemainingTimeInMillis: () => 60_000,
};
const result = await handler({ target: 'hub' }, context).then(
  (report: unknown) => ({ report }),
  (error: unknown) => ({ error: String(error) }),
);
print(`${JSON.stringify(result)}\n`);
