import * as directConnectModel from '@aws-sdk/client-direct-connect';
import * as ec2Model from '@aws-sdk/client-ec2';
import * as stsModel from '@aws-sdk/client-sts';
import { parseXML } from '@aws-sdk/xml-builder';
import { describe, expect, it } from 'vitest';
import { DIALECTS } from '../../emulator/dialects.ts';
import { isMissing } from '../../emulator/operations/operationTable.ts';
import { operationModel, unknownMembers } from './apiModel.ts';
import { CALLS, type Call, type RecordedService } from './wire/allCalls.ts';
import { CLIENTS, recordingOf } from './wire/recordingFiles.ts';
import { createRecordedWorld, replayRecording } from './wire/replayRecording.ts';
import { unknownXmlMembers } from './xmlModel.ts';

const MODELS = { directconnect: directConnectModel, ec2: ec2Model, sts: stsModel } satisfies Record<
  RecordedService,
  object
>;

const EC2_NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';

const recorded = CALLS.flatMap((call) =>
  CLIENTS.flatMap((client) => {
    const recording = recordingOf(call, client);
    return recording === undefined ? [] : [{ call, recording }];
  }),
);

describe.each(['outscale', 'aws'] as const)('a recorded call, replayed to the emulator of %s', (dialect) => {
  /** `null`: a successful answer */
  const refusalOf = ({ service, operation, refused }: Call): string | null => {
    if (!isMissing(service, operation, DIALECTS[dialect])) return refused?.[dialect] ?? null;
    return service === 'directconnect' ? 'UnknownOperationException' : 'InvalidAction';
  };

  it('is answered, or refused with the service’s code', () => {
    for (const { call, recording } of recorded) {
      const { status, body } = replayRecording(createRecordedWorld(dialect), recording);
      const code = refusalOf(call);
      const context = { call: `${call.operation}: ${call.says}`, body };
      expect({ ...context, answered: status === 200 }).toEqual({ ...context, answered: code === null });
      if (code !== null) expect(body).toContain(code);
    }
    expect(recorded.length).toBeGreaterThan(100);
  });

  it('is answered in the form of the API model, member by member', () => {
    let compared = 0;
    for (const { call, recording } of recorded) {
      if (refusalOf(call) !== null) continue;
      const { body } = replayRecording(createRecordedWorld(dialect), recording);
      expect(unknownTo(call, body)).toEqual([]);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(50);
  });

  it('is not answered if one byte of the body differs', () => {
    let changed = 0;
    for (const { recording } of recorded) {
      const body = recording.body.replace(/[0-9a-z](?=[^0-9a-z]*$)/, (last) => (last === 'x' ? 'y' : 'x'));
      if (body === recording.body) continue;
      changed += 1;
      const { status } = replayRecording(createRecordedWorld(dialect), { ...recording, body });
      expect(status).toBe(403);
    }
    expect(changed).toBeGreaterThan(100);
  });
});

/** Members of an answer that the API model does not have, or has with another type. */
function unknownTo({ service, operation }: Call, body: string): string[] {
  const { output } = operationModel(MODELS[service], operation);
  if (service === 'directconnect') return unknownMembers(output, JSON.parse(body), operation);
  const { [`${operation}Response`]: answer, ...others } = parseXML(body);
  expect(others).toEqual({});
  if (service === 'ec2') {
    const { requestId, xmlns, ...members } = answer;
    expect([requestId, xmlns]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), EC2_NAMESPACE]);
    // EC2's answer if there is no other content; its API model omits it.
    return unknownXmlMembers(output, members, operation).filter((path) => path !== `${operation}.return`);
  }
  return unknownXmlMembers(output, answer[`${operation}Result`], operation);
}
