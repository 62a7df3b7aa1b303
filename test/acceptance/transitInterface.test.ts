import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../adapters/connectApis.ts';
import { createInMemoryLedger } from '../../adapters/ledgers/inMemoryLedger.ts';
import { type Emulator, readScenario, startEmulator } from '../../emulator/emulator.ts';
import { createHandler } from '../../lambda/createHandler.ts';
import { ACME, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { runAwsCli } from '../support/awsCli.ts';
import { compileTestPolicy } from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { isInstalled } from '../support/installedPrograms.ts';
import { lambdaContext, policyFolder, requestsInLog } from '../support/lambda.ts';

const BETA = '345678901234';
const TRANSIT_HUB = '11111111-2222-4333-8444-555555555555';
const PRIVATE_HUB = '22222222-3333-4444-8555-666666666666';

const SCENARIO = readScenario({
  region: 'eu-west-2',
  options: { dialect: 'aws' },
  gateways: [{ account: RECIPIENT_ACCOUNT, id: 'vgw-12345678', vpc: 'vpc-1a2b3c4d' }],
  transitGateways: [{ account: RECIPIENT_ACCOUNT, id: 'tgw-1a2b3c4d5e6f7a8b9' }],
  directConnectGateways: [
    { account: RECIPIENT_ACCOUNT, id: TRANSIT_HUB, name: 'backbone' },
    { account: RECIPIENT_ACCOUNT, id: PRIVATE_HUB, name: 'hub' },
  ],
  associations: [
    { gateway: 'backbone', with: 'tgw-1a2b3c4d5e6f7a8b9' },
    { gateway: 'hub', with: 'vgw-12345678' },
  ],
});

async function startCloud(): Promise<Emulator> {
  const cloud = await startEmulator({ scenario: SCENARIO });
  onTestFinished(() => cloud.close());
  return cloud;
}

/** Creates a connection, and offers a transit interface on it to the recipient. @returns the IDs of both */
async function offerTransit(cloud: Emulator, account: string, vlan: number): Promise<[string, string]> {
  const made = await runAwsCli(
    cloud,
    account,
    ...['directconnect', 'create-connection', '--location', 'PAR1', '--bandwidth', '1Gbps'],
    ...['--connection-name', 'test'],
  );
  const connection = String(made.connectionId);
  const addresses = `amazonAddress=169.254.${vlan}.1/30,customerAddress=169.254.${vlan}.2/30`;
  const { virtualInterface } = await runAwsCli(
    cloud,
    account,
    ...['directconnect', 'allocate-transit-virtual-interface', '--connection-id', connection],
    ...['--owner-account', RECIPIENT_ACCOUNT, '--new-transit-virtual-interface-allocation'],
    `virtualInterfaceName=backbone,vlan=${vlan},asn=65010,mtu=8500,${addresses}`,
  );
  return [connection, String(Object(virtualInterface).virtualInterfaceId)];
}

/** Invokes the function once. @returns the requests in its log */
async function invokeFunction(cloud: Emulator, owners: string) {
  const log: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => log.push(String(chunk)) > 0);
  const handler = createHandler({
    env: {
      VIF_ACCEPTOR_POLICY_DIR: policyFolder(compileTestPolicy(owners, 'aws')),
      VIF_ACCEPTOR_ENDPOINT: cloud.url,
      VIF_ACCEPTOR_GATEWAY_ENDPOINT: cloud.url,
      VIF_ACCEPTOR_TABLE: 'ledger',
      AWS_ENDPOINT_URL: cloud.url,
    },
    clock: systemClock,
    logger: new Logger({ serviceName: 'vif-acceptor' }),
    metrics: new Metrics({ serviceName: 'vif-acceptor', namespace: 'VifAcceptor' }),
    credentials: () => ({ accessKeyId: RECIPIENT_ACCOUNT, secretAccessKey: 'secret' }),
    ledger: () => createInMemoryLedger(systemClock),
    eventPublisher: recordingPublisher(),
  });
  try {
    const report = await handler({ target: 'hub' }, lambdaContext());
    return { status: report.status, requests: requestsInLog(log).requests };
  } finally {
    write.mockRestore();
  }
}

describe.skipIf(!isInstalled('aws'))(
  'a transit interface that an unmodified AWS CLI offers (skipped where `aws` is not installed)',
  () => {
    it('is accepted by the function, for a Direct Connect gateway that serves transit interfaces', async () => {
      const cloud = await startCloud();
      const [connection, allowed] = await offerTransit(cloud, ACME, 101);
      const [other, refused] = await offerTransit(cloud, BETA, 102);

      const { status, requests } = await invokeFunction(
        cloud,
        `gateways: { backbone: ${TRANSIT_HUB}, hub: ${PRIVATE_HUB} }
owners:
  acme:
    connections: [${connection}]
    grants: { transit: { type: transit, gateway: backbone } }
  beta:
    connections: [${other}]
    grants: { transit: { type: transit, gateway: hub } }
`,
      );

      expect(status).toBe('completed');
      expect(requests).toHaveLength(2);
      expect(requests).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            ...{ id: allowed, type: 'transit', outcome: 'accepted' },
            decision: { verdict: 'accept', owner: 'acme', grant: 'transit', gateway: TRANSIT_HUB },
          }),
          expect.objectContaining({
            ...{ id: refused, type: 'transit', outcome: 'held' },
            decision: {
              verdict: 'hold',
              reasons: [expect.objectContaining({ code: 'gateway-other-type' })],
            },
          }),
        ]),
      );
      const { virtualInterfaces } = await runAwsCli(
        cloud,
        RECIPIENT_ACCOUNT,
        ...['directconnect', 'describe-virtual-interfaces'],
      );
      expect(virtualInterfaces).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            virtualInterfaceId: allowed,
            virtualInterfaceType: 'transit',
            virtualInterfaceState: 'pending',
            directConnectGatewayId: TRANSIT_HUB,
          }),
          expect.objectContaining({ virtualInterfaceId: refused, virtualInterfaceState: 'confirming' }),
        ]),
      );
    }, 60_000);

    it('is held by a grant without a type', async () => {
      const cloud = await startCloud();
      const [connection, id] = await offerTransit(cloud, ACME, 101);
      const owners = `owners: { acme: { connections: [${connection}], gateway: ${TRANSIT_HUB} } }`;
      const { status, requests } = await invokeFunction(cloud, owners);
      expect(status).toBe('completed');
      expect(requests).toMatchObject([
        { id, outcome: 'held', decision: { verdict: 'hold', reasons: [{ code: 'no-grant' }] } },
      ]);
    }, 60_000);
  },
);
