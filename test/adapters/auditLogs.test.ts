import { describe, expect, it } from 'vitest';
import { rememberRefusal } from '../../adapters/auditLog/auditLog.ts';
import { createCloudTrailLog } from '../../adapters/auditLog/cloudTrail.ts';
import { createOutscaleApiLog } from '../../adapters/auditLog/outscaleApiLogs.ts';
import type { JsonFields } from '../../adapters/awsProtocol/jsonApi.ts';
import { ApiFailure, PermissionMissing } from '../../run/portErrors.ts';
import type { AuditLog } from '../../run/ports.ts';
import { rejectionOf } from '../support/apiClients.ts';

const SINCE = new Date('2026-11-10T10:00:00.000Z');
const UNTIL = new Date('2026-11-10T11:00:00.000Z');

/** An API that gives these answers, and the inputs that it got. */
function answering(...answers: readonly JsonFields[]) {
  const inputs: [operation: string, input: JsonFields][] = [];
  const api = {
    call: (operation: string, input: JsonFields) => {
      inputs.push([operation, input]);
      return Promise.resolve(answers[inputs.length - 1] ?? {});
    },
  };
  return { api, inputs };
}

function trailEvent(more: JsonFields = {}): JsonFields {
  const whole = {
    eventName: 'DeleteVirtualInterface',
    eventTime: '2026-11-10T10:30:00Z',
    sourceIPAddress: '203.0.113.7',
    userAgent: 'aws-cli\n2',
    userIdentity: {
      arn: 'arn:aws:iam::012345678901:user/someone',
      accountId: '012345678901',
      accessKeyId: 'AKIAKEY',
    },
    requestParameters: { virtualInterfaceId: 'dxvif-aaaaaaaa' },
    ...more,
  };
  return { EventName: 'DeleteVirtualInterface', CloudTrailEvent: JSON.stringify(whole) };
}

const DELETED_ON_AWS = {
  id: 'dxvif-aaaaaaaa',
  action: 'delete',
  actor: {
    operation: 'DeleteVirtualInterface',
    at: '2026-11-10T10:30:00.000Z',
    identity: 'arn:aws:iam::012345678901:user/someone',
    account: '012345678901',
    source: '203.0.113.7',
    agent: 'aws-cli 2',
    gateway: null,
  },
};

describe('CloudTrail', () => {
  it('has no half of a character where a long text is cut', async () => {
    const { api } = answering({ Events: [trailEvent({ userAgent: `${'a'.repeat(499)}\u{1F600}` })] });
    const [call] = await createCloudTrailLog(api).read('delete', 'private', SINCE, UNTIL);
    expect(call?.actor.agent).toBe(`${'a'.repeat(499)}\uFFFD`);
  });

  it('is searched by the name of the call in the period, and no key of its answer is kept', async () => {
    const { api, inputs } = answering({ Events: [trailEvent()] });
    const calls = await createCloudTrailLog(api).read('delete', 'private', SINCE, UNTIL);
    expect(calls).toEqual([DELETED_ON_AWS]);
    expect(JSON.stringify(calls)).not.toContain('AKIAKEY');
    expect(inputs).toEqual([
      [
        'LookupEvents',
        {
          LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'DeleteVirtualInterface' }],
          StartTime: SINCE.getTime() / 1000,
          EndTime: UNTIL.getTime() / 1000,
          MaxResults: 50,
        },
      ],
    ]);
  });

  it.each([
    ['private', ['ConfirmPrivateVirtualInterface']],
    ['transit', ['ConfirmTransitVirtualInterface']],
    ['public', ['ConfirmPublicVirtualInterface']],
  ])('is asked for the call that accepts a %s interface', async (type, names) => {
    const { api, inputs } = answering({ Events: [] });
    await createCloudTrailLog(api).read('accept', type, SINCE, UNTIL);
    const asked = inputs.map(([, { LookupAttributes }]) => Object(LookupAttributes)[0].AttributeValue);
    expect(asked).toEqual(names);
  });

  it('is read on every page, up to six', async () => {
    const pages = Array.from({ length: 8 }, (_, i) => ({ Events: [trailEvent()], NextToken: `page ${i}` }));
    const { api, inputs } = answering(...pages);
    expect(await createCloudTrailLog(api).read('delete', null, SINCE, UNTIL)).toHaveLength(6);
    expect(inputs.map(([, { NextToken }]) => NextToken)).toEqual([
      undefined,
      'page 0',
      'page 1',
      'page 2',
      'page 3',
      'page 4',
    ]);
  });

  it.each([
    ['was refused', trailEvent({ errorCode: 'AccessDenied' })],
    ['names no interface', trailEvent({ requestParameters: null })],
    ['names something that is no ID', trailEvent({ requestParameters: { virtualInterfaceId: '`reboot`' } })],
    ['has no time', trailEvent({ eventTime: 'yesterday' })],
    ['is not JSON', { CloudTrailEvent: '{' }],
    ['is a list', { CloudTrailEvent: '[]' }],
    ['is no object', 'a text'],
  ])('is read without a record that %s', async (_, event) => {
    const { api } = answering({ Events: [event, trailEvent()] });
    expect(await createCloudTrailLog(api).read('delete', null, SINCE, UNTIL)).toEqual([DELETED_ON_AWS]);
  });

  it('is not believed to have nothing if its answer has no list', async () => {
    const { api } = answering({});
    const failure = await rejectionOf(createCloudTrailLog(api).read('delete', null, SINCE, UNTIL));
    expect(failure).toMatchObject({ kind: 'malformed' });
  });
});

describe('the API logs of OUTSCALE', () => {
  const entry = (more: JsonFields = {}): JsonFields => ({
    AccountId: '012345678901',
    QueryAccessKey: 'AKIAKEY',
    QueryCallName: 'DeleteDirectLinkInterface',
    QueryDate: '2026-11-10T10:30:00.842375Z',
    QueryIpAddress: '203.0.113.7',
    QueryPayloadRaw: '{"DirectLinkInterfaceId": "dxvif-aaaaaaaa"}',
    QueryUserAgent: 'osc_sdk 1.5',
    ResponseStatusCode: 200,
    ...more,
  });

  it('are searched for deletions in the period, on every page, and no key of their answer is kept', async () => {
    const { api, inputs } = answering({ Logs: [], NextPageToken: 'next' }, { Logs: [entry()] });
    const calls = await createOutscaleApiLog(api).read('delete', null, SINCE, UNTIL);
    expect(calls).toMatchObject([
      {
        id: 'dxvif-aaaaaaaa',
        actor: {
          identity: null,
          account: '012345678901',
          source: '203.0.113.7',
          at: '2026-11-10T10:30:00.842Z',
        },
      },
    ]);
    expect(JSON.stringify(calls)).not.toContain('AKIAKEY');
    const Filters = {
      QueryCallNames: ['DeleteDirectLinkInterface'],
      QueryDateAfter: SINCE.toISOString(),
      QueryDateBefore: UNTIL.toISOString(),
    };
    expect(inputs).toEqual([
      ['ReadApiLogs', { Filters, ResultsPerPage: 100 }],
      ['ReadApiLogs', { Filters, ResultsPerPage: 100, NextPageToken: 'next' }],
    ]);
  });

  it.each([
    ['failed', entry({ ResponseStatusCode: 400 })],
    ['names no interface', entry({ QueryPayloadRaw: '{}' })],
    ['has no payload', entry({ QueryPayloadRaw: null })],
  ])('are read without a call that %s', async (_, log) => {
    const { api } = answering({ Logs: [log] });
    expect(await createOutscaleApiLog(api).read('delete', null, SINCE, UNTIL)).toEqual([]);
  });

  it('are not asked for acceptances, which they do not have', async () => {
    const { api, inputs } = answering();
    expect(await createOutscaleApiLog(api).read('accept', null, SINCE, UNTIL)).toEqual([]);
    expect(inputs).toEqual([]);
  });

  it('are not believed to have nothing if their answer has no list', async () => {
    const { api } = answering({});
    const failure = await rejectionOf(createOutscaleApiLog(api).read('delete', null, SINCE, UNTIL));
    expect(failure).toMatchObject({ kind: 'malformed' });
  });
});

describe('a log of calls whose credentials were refused', () => {
  const DAY = 24 * 60 * 60 * 1000;

  function refusing(failure: ApiFailure) {
    let [now, count] = [0, 0];
    const log: AuditLog = {
      read: () => {
        count += 1;
        return Promise.reject(failure);
      },
    };
    const remembering = rememberRefusal(log, () => now);
    return {
      callsAt: async (time: number) => {
        now = time;
        expect(await rejectionOf(remembering.read('delete', null, SINCE, UNTIL))).toBe(failure);
        return count;
      },
    };
  }

  it('is not called again for a day', async () => {
    const { callsAt } = refusing(new PermissionMissing('LookupEvents', 'no'));
    expect([await callsAt(0), await callsAt(DAY - 1), await callsAt(DAY)]).toEqual([1, 1, 2]);
  });

  it('is called again at once if only the call failed', async () => {
    const { callsAt } = refusing(new ApiFailure('LookupEvents', 'throttled', 'slow down'));
    expect([await callsAt(0), await callsAt(1)]).toEqual([1, 2]);
  });
});
