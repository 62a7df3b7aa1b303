import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import * as z from 'zod';
import { type ApiServer, startApi } from '../support/apiServer.ts';
import { callKey } from './callKey.ts';

const answers = z.record(z.string(), z.object({ status: z.number(), type: z.string(), body: z.string() }));

/** Starts an API on loopback with the recorded answers, which rejects every other call. It is stopped after the test. */
export async function startRecorded(folder: string): Promise<ApiServer> {
  const recorded = answers.parse(JSON.parse(readFileSync(join(folder, 'answers.json'), 'utf8')));
  const api = await startApi(({ headers, body }) => {
    const key = callKey(headers['x-amz-target'], body);
    const answer = recorded[key];
    if (answer === undefined) throw new Error(`no answer was recorded for ${key}`);
    return { does: 'answer', ...answer };
  });
  onTestFinished(() => api.close());
  return api;
}
