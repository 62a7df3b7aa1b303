import { isDeepStrictEqual as same } from 'node:util';
import { describe, expect, it } from 'vitest';
import { OPERATION_NAMES } from '../../emulator/operations/operationTable.ts';
import { isInstalled } from '../support/installedPrograms.ts';
import { OPERATIONS_NOT_IN_THE_PINNED_SDK } from './apiModel.ts';
import { CALLS } from './wire/allCalls.ts';
import { recordCall } from './wire/recordCall.ts';
import {
  comparableRequest,
  recordingOf,
  recordingsOf,
  saveRecording,
  storedForm,
} from './wire/recordingFiles.ts';

/** `RECORD=1 npm run test:unit -- test/emulator/recordings.test.ts` records what is new or no longer the same; `RECORD=new` only what is new. */
const recording = process.env.RECORD !== undefined;
const found = isInstalled('aws');
const skipped = found ? '' : ' (skipped: the AWS CLI, `aws`, is not on PATH)';

/** Calls take half a second each, so only one call is repeated for each way to write an input. */
const SAMPLE = [
  'DescribeVirtualInterfaces: the second page',
  'AllocatePrivateVirtualInterface: with all that is optional',
  'AllocatePrivateVirtualInterface: as one types it',
  'CreateVpnGateway: with all that is optional',
  'DescribeVpnGateways: as one types it',
  'DescribeRouteTables: those of VPCs',
  'GetCallerIdentity: of a role',
  'AssumeRole: with an external ID',
];

const named = CALLS.map((call) => ({ ...call, name: `${call.operation}: ${call.says}` }));
const bySdk = named.filter(({ flags }) => flags === undefined);
const byCli = named.filter((call) => {
  if (process.env.RECORD === 'new') return recordingOf(call, 'cli') === undefined;
  return recording || SAMPLE.includes(call.name);
});

describe('the recording of a client’s call', () => {
  it('exists for every operation of the emulator, and for no other', () => {
    const recorded = CALLS.map(({ operation }) => operation);
    expect([...new Set([...recorded, ...OPERATIONS_NOT_IN_THE_PINNED_SDK])].toSorted()).toEqual(
      OPERATION_NAMES.toSorted(),
    );
    expect(new Set(named.map(({ name }) => name)).size).toBe(named.length);
    if (recording) return;
    const kept = OPERATION_NAMES.flatMap((name) => recordingsOf(name).map(({ call }) => `${name}: ${call}`));
    expect(kept.toSorted()).toEqual([...named, ...bySdk].map(({ name }) => name).toSorted());
    expect(byCli).toHaveLength(SAMPLE.length);
  });

  it('contains nothing about the machine that it was recorded on', () => {
    const kept = JSON.stringify(OPERATION_NAMES.flatMap(recordingsOf));
    expect(kept).not.toMatch(/linux|darwin|node|python|botocore|\/(home|users|roo[t])/i);
    const hosts = [...kept.matchAll(/"host":"([^"]*)"/g)].map(([, host]) => host);
    expect(hosts.length).toBeGreaterThan(100);
    for (const host of hosts) expect(host).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('is the same as the SDK sends today', async () => {
    for (const call of bySdk) {
      const today = await recordCall(call, 'sdk');
      const kept = recordingOf(call, 'sdk');
      if (recording && (kept === undefined || !same(storedForm(today), storedForm(kept))))
        saveRecording(call, today);
      else expect([call.name, storedForm(today)]).toEqual([call.name, kept && storedForm(kept)]);
    }
  });

  it.skipIf(!found)(
    `is the same as the AWS CLI sends today${skipped}`,
    { timeout: recording ? 900_000 : 120_000 },
    async () => {
      for (const call of byCli) {
        const today = await recordCall(call, 'cli');
        const kept = recordingOf(call, 'cli');
        if (recording && (kept === undefined || !same(comparableRequest(today), comparableRequest(kept))))
          saveRecording(call, today);
        else
          expect([call.name, comparableRequest(today)]).toEqual([call.name, kept && comparableRequest(kept)]);
      }
    },
  );

  it('is the same for the AWS CLI and for the SDK', () => {
    for (const call of bySdk) {
      const [sdk, cli] = [recordingOf(call, 'sdk'), recordingOf(call, 'cli')];
      expect([call.name, sdk && comparableRequest(sdk)]).toEqual([call.name, cli && comparableRequest(cli)]);
    }
  });
});
