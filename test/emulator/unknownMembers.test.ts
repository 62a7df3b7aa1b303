import { describe, expect, it } from 'vitest';
import { CALLS, type RecordedService } from './wire/allCalls.ts';
import { recordingOf } from './wire/recordingFiles.ts';
import { createRecordedWorld, replayRecording } from './wire/replayRecording.ts';
import { withBody } from './wire/resignRequest.ts';

const CODES: Readonly<Record<RecordedService, string>> = {
  directconnect: 'DirectConnectClientException',
  ec2: 'UnknownParameter',
  sts: 'ValidationError',
};

const answered = CALLS.filter(({ refused, flags }) => refused === undefined && flags === undefined);

describe('an unknown member', () => {
  it.each(answered)('is refused by its name at any depth in $operation ($says)', async (call) => {
    const recording = recordingOf(call, 'cli');
    if (recording === undefined) throw new Error('it is not recorded');
    const { body } = recording;
    for (const strange of call.service === 'directconnect' ? inJson(body) : inForm(body)) {
      const sent = await withBody(recording, call.service, strange);
      const answer = replayRecording(createRecordedWorld('aws'), sent);
      expect([strange, answer.status]).toEqual([strange, 400]);
      expect(answer.body).toContain(CODES[call.service]);
      expect(answer.body).toMatch(/The emulator does not know the parameter [^ ]*Strange/);
    }
  });

  it('is refused if it is a list with the name that only clients use', async () => {
    const call = CALLS.find(({ says }) => says === 'those that pass filters');
    const recording = call && recordingOf(call, 'sdk');
    if (recording === undefined) throw new Error('it is not recorded');
    const named = recording.body.replaceAll('Filter.1.', 'Filters.1.');
    const answer = replayRecording(createRecordedWorld('aws'), await withBody(recording, 'ec2', named));
    expect([answer.status, answer.body]).toEqual([400, expect.stringContaining('UnknownParameter')]);
  });
});

/** Variants of the body with an additional member, one for each object in it. */
function inJson(body: string): string[] {
  const objects = [...body.matchAll(/\{/g)].map(({ index }) => index);
  return objects.map((at) => {
    const rest = body.slice(at + 1);
    return `${body.slice(0, at)}{"Strange": "x"${rest.startsWith('}') ? '' : ', '}${rest}`;
  });
}

/** The same for a form: one for each structure in a list. */
function inForm(body: string): string[] {
  const structures = [...body.matchAll(/&((?:\w+\.\d+\.)+)(?=[A-Z])/g)].map(([, prefix]) => prefix);
  return ['', ...new Set(structures)].map((prefix) => `${body}&${prefix}Strange=x`);
}
