import { globSync, readFileSync } from 'node:fs';
import * as directConnectModel from '@aws-sdk/client-direct-connect';
import { AllocatePrivateVirtualInterfaceCommand } from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import { inProcessClient } from './inProcessClient.ts';
import { IDS } from './wire/callVariant.ts';
import { createRecordedWorld } from './wire/replayRecording.ts';

/** Of Direct Connect, in its model. */
const MODELLED = Object.keys(directConnectModel).filter((name) => /^\w+Exception$/.test(name));

/** What every service may answer, by its documentation, and what each of the three says of what it cannot read. */
const COMMON = [
  ...['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation'],
  ...['AuthFailure', 'InvalidClientTokenId', 'UnrecognizedClientException'],
  ...['IncompleteSignature', 'MissingAuthenticationToken', 'SignatureDoesNotMatch'],
  ...['InternalError', 'InternalFailure', 'ServiceUnavailable'],
  ...['RequestLimitExceeded', 'Throttling', 'ThrottlingException'],
  ...['InvalidAction', 'UnknownOperationException'],
  ...['MalformedInput', 'SerializationException', 'ValidationError', 'ValidationException'],
];

/** Client errors of EC2, by its documentation. */
const EC2 = [
  ...['DryRunOperation', 'IncorrectState', 'InvalidParameterValue', 'MissingParameter', 'UnknownParameter'],
  ...['InvalidRouteTableID.NotFound', 'InvalidVpnGatewayAttachment.NotFound', 'InvalidVpnGatewayID.NotFound'],
  ...['RouteAlreadyExists', 'VpnGatewayAttachmentLimitExceeded'],
];

describe('a code with which the emulator refuses', () => {
  it('is one that a service has', () => {
    const sources = globSync('simulator/**/*.ts').map((file) => readFileSync(file, 'utf8'));
    const codes = sources.flatMap((source) =>
      [...source.matchAll(/new ApiError\(\s*'([^']+)'|server: '([^']+)'/g)].map(
        ([, code, server]) => code ?? server,
      ),
    );
    expect(codes.length).toBeGreaterThan(30);
    const known: readonly (string | undefined)[] = [...MODELLED, ...COMMON, ...EC2];
    expect(codes.filter((code) => !known.includes(code))).toEqual([]);
  });

  it.each([
    ['DuplicateTagKeysException', [{ key: 'a' }, { key: 'a' }]],
    ['TooManyTagsException', Array.from({ length: 51 }, (_, i) => ({ key: String(i) }))],
  ])('is %s where the model has that', async (name, tags) => {
    const { directConnect } = inProcessClient(createRecordedWorld('aws'), IDS.account);
    const offer = new AllocatePrivateVirtualInterfaceCommand({
      connectionId: IDS.connection,
      ownerAccount: IDS.account,
      newPrivateVirtualInterfaceAllocation: { virtualInterfaceName: 'a', vlan: 2, asn: 65010, tags },
    });
    expect(MODELLED).toContain(name);
    await expect(directConnect.send(offer)).rejects.toMatchObject({ name });
  });

  it('stands for every error in the model of Direct Connect', () => {
    expect(MODELLED.toSorted()).toEqual([
      'DirectConnectClientException',
      'DirectConnectServerException',
      'DirectConnectServiceException',
      'DuplicateTagKeysException',
      'TooManyTagsException',
    ]);
  });
});
