import { globSync, readFileSync } from 'node:fs';
import * as directConnectModel from '@aws-sdk/client-direct-connect';
import { AllocatePrivateVirtualInterfaceCommand } from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import { inProcessClient } from './inProcessClient.ts';
import { IDS } from './wire/callVariant.ts';
import { createRecordedWorld } from './wire/replayRecording.ts';

/** Errors of Direct Connect, in its API model. */
const MODELLED = Object.keys(directConnectModel).filter((name) => /^\w+Exception$/.test(name));

/** Documented common errors of every service, and errors of the services for unreadable input. */
const COMMON = [
  ...['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation'],
  ...['AuthFailure', 'InvalidClientTokenId', 'UnrecognizedClientException'],
  ...['IncompleteSignature', 'MissingAuthenticationToken', 'SignatureDoesNotMatch'],
  ...['InternalError', 'InternalFailure', 'ServiceUnavailable'],
  ...['RequestLimitExceeded', 'Throttling', 'ThrottlingException'],
  ...['InvalidAction', 'UnknownOperationException'],
  ...['MalformedInput', 'SerializationException', 'ValidationError', 'ValidationException'],
];

/** Documented client errors of EC2. */
const EC2 = [
  ...['DependencyViolation', 'DryRunOperation', 'FilterLimitExceeded', 'IncorrectState', 'InvalidID'],
  ...[
    'InvalidParameterCombination',
    'InvalidParameterValue',
    'MissingParameter',
    'TagLimitExceeded',
    'UnknownParameter',
  ],
  ...['InvalidGroup.NotFound', 'InvalidNetworkAclID.NotFound', 'InvalidTransitGatewayID.NotFound'],
  ...['InvalidVpc.Range', 'InvalidVpcID.NotFound'],
  ...['InvalidRouteTableID.NotFound', 'InvalidVpnGatewayAttachment.NotFound', 'InvalidVpnGatewayID.NotFound'],
  ...['RouteAlreadyExists', 'VpnGatewayAttachmentLimitExceeded'],
];

/** Documented errors of CloudTrail's `LookupEvents`. */
const CLOUD_TRAIL = [
  ...['InvalidLookupAttributesException', 'InvalidMaxResultsException'],
  ...['InvalidNextTokenException', 'InvalidTimeRangeException'],
];

/** Documented error types of the API of OUTSCALE. */
const OUTSCALE_API = ['InvalidParameter', 'InvalidResource'];

describe('an error code of the emulator', () => {
  it('is an error code of a real service', () => {
    const sources = globSync('emulator/**/*.ts').map((file) => readFileSync(file, 'utf8'));
    const codes = sources.flatMap((source) =>
      [...source.matchAll(/new ApiError\(\s*'([^']+)'|(?:server|notFound):? =? ?'([^']+)'/g)].map(
        ([, code, server]) => code ?? server,
      ),
    );
    expect(codes.length).toBeGreaterThan(30);
    const known: readonly (string | undefined)[] = [
      ...[...MODELLED, ...COMMON, ...EC2],
      ...[...CLOUD_TRAIL, ...OUTSCALE_API],
    ];
    expect(codes.filter((code) => !known.includes(code))).toEqual([]);
  });

  it.each([
    ['DuplicateTagKeysException', [{ key: 'a' }, { key: 'a' }]],
    ['TooManyTagsException', Array.from({ length: 51 }, (_, i) => ({ key: String(i) }))],
  ])('is %s as in the API model', async (name, tags) => {
    const { directConnect } = inProcessClient(createRecordedWorld('aws'), IDS.account);
    const offer = new AllocatePrivateVirtualInterfaceCommand({
      connectionId: IDS.connection,
      ownerAccount: IDS.account,
      newPrivateVirtualInterfaceAllocation: { virtualInterfaceName: 'a', vlan: 2, asn: 65010, tags },
    });
    expect(MODELLED).toContain(name);
    await expect(directConnect.send(offer)).rejects.toMatchObject({ name });
  });

  it('exists for every error in the API model of Direct Connect', () => {
    expect(MODELLED.toSorted()).toEqual([
      'DirectConnectClientException',
      'DirectConnectServerException',
      'DirectConnectServiceException',
      'DuplicateTagKeysException',
      'TooManyTagsException',
    ]);
  });
});
