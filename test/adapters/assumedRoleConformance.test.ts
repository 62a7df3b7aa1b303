import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { functionCredentials } from '../../adapters/functionCredentials.ts';
import { CALLS } from '../emulator/wire/allCalls.ts';
import { IDS } from '../emulator/wire/callVariant.ts';
import { comparableRequest, recordingOf } from '../emulator/wire/recordingFiles.ts';
import { createRecordedWorld } from '../emulator/wire/replayRecording.ts';
import { type Received, type Reply, startApi } from '../support/apiServer.ts';
import { aRecipient } from '../support/builders.ts';

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', IDS.account);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a role', () => {
  it('is assumed as the AWS CLI does it, except for the session name, and with the usual duration', async () => {
    const simulation = createRecordedWorld('aws');
    const api = await startApi((received): Reply => {
      const { method, path: target, body } = received;
      const request = { method, target, headers: textsOf(received), body: Buffer.from(body) };
      const reply = simulation.handle(request);
      if (reply.kind !== 'response') return { does: 'hang' };
      return { does: 'answer', status: reply.status, type: reply.contentType, body: reply.body };
    });
    onTestFinished(() => api.close());
    const call = CALLS.find(({ says }) => says === 'with an external ID');
    const recording = call && recordingOf(call, 'cli');
    if (call === undefined || recording === undefined) throw new Error('it is not recorded');
    const credentials = { role: String(call.input.RoleArn), externalId: String(call.input.ExternalId) };
    const recipient = aRecipient({ provider: 'aws', region: 'eu-west-2', credentials });
    const provide = functionCredentials(recipient, 'acme', api.url);
    if (typeof provide !== 'function') throw new Error('no provider of credentials');
    const before = simulation.world().sessions.size;

    expect(await provide()).toMatchObject({ accessKeyId: IDS.account, secretAccessKey: 'secret' });

    expect(simulation.world().sessions.size).toBe(before + 1);
    const { asked, ...rest } = comparableRequest(recording);
    const { DurationSeconds, ...form } = asked;
    const expected = { ...rest, asked: { ...form, RoleSessionName: 'vif-acceptor' } };
    expect(api.received.map((one) => comparableRequest({ ...one, headers: textsOf(one) }))).toEqual([
      expected,
    ]);
  });
});

function textsOf({ headers }: Received): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
