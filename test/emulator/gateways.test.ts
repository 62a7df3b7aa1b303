import { DescribeVirtualGatewaysCommand } from '@aws-sdk/client-direct-connect';
import {
  AttachVpnGatewayCommand,
  CreateVpnGatewayCommand,
  DeleteVpnGatewayCommand,
  DescribeVpnGatewaysCommand,
  DetachVpnGatewayCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import {
  confirm,
  directConnect,
  ec2,
  gateway,
  offerInterface,
  RECIPIENT,
  startTestEmulator,
  UNRELATED_ACCOUNT,
} from './emulatorClients.ts';

describe('virtual private gateways', () => {
  it('return their ASN, tags and attachment on aws', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const client = ec2(simulator, RECIPIENT);
    const Tags = [{ Key: 'Name', Value: 'prod <core> & "more"' }];
    const TagSpecifications = [{ ResourceType: 'vpn-gateway' as const, Tags }];
    await client.send(
      new CreateVpnGatewayCommand({ Type: 'ipsec.1', AmazonSideAsn: 64600, TagSpecifications }),
    );
    const { VpnGateways } = await client.send(new DescribeVpnGatewaysCommand({}));
    expect(VpnGateways).toMatchObject([
      { AmazonSideAsn: 64600, State: 'available', Type: 'ipsec.1', Tags, VpcAttachments: [] },
    ]);
  });

  it('are attached to one VPC at most, and stay listed as detached', async () => {
    const simulator = await startTestEmulator();
    const client = ec2(simulator, RECIPIENT);
    const VpnGatewayId = await gateway(simulator);
    const attachments = async () =>
      (await client.send(new DescribeVpnGatewaysCommand({}))).VpnGateways?.map(
        ({ VpcAttachments }) => VpcAttachments,
      );
    const other = new AttachVpnGatewayCommand({ VpnGatewayId, VpcId: 'vpc-00000000' });
    await expect(client.send(other)).rejects.toMatchObject({ name: 'VpnGatewayAttachmentLimitExceeded' });
    await client.send(new DetachVpnGatewayCommand({ VpnGatewayId, VpcId: 'vpc-1a2b3c4d' }));
    expect(await attachments()).toEqual([[{ VpcId: 'vpc-1a2b3c4d', State: 'detached' }]]);
    const again = new DetachVpnGatewayCommand({ VpnGatewayId, VpcId: 'vpc-1a2b3c4d' });
    await expect(client.send(again)).rejects.toMatchObject({ name: 'InvalidVpnGatewayAttachment.NotFound' });
    await client.send(other);
    expect(await attachments()).toEqual([[{ VpcId: 'vpc-00000000', State: 'attached' }]]);
  });

  it('fail the whole description when one ID is unknown, or of another account', async () => {
    const simulator = await startTestEmulator();
    const own = await gateway(simulator);
    for (const foreign of ['vgw-00000000', await gateway(simulator, UNRELATED_ACCOUNT)]) {
      const asked = new DescribeVpnGatewaysCommand({ VpnGatewayIds: [own, foreign] });
      await expect(ec2(simulator, RECIPIENT).send(asked)).rejects.toMatchObject({
        name: 'InvalidVpnGatewayID.NotFound',
        message: expect.stringContaining(foreign),
        $metadata: { httpStatusCode: 400 },
      });
    }
    const { VpnGateways } = await ec2(simulator, RECIPIENT).send(
      new DescribeVpnGatewaysCommand({ VpnGatewayIds: [own] }),
    );
    expect(VpnGateways).toHaveLength(1);
  });

  it.each([
    { Name: 'attachment.state', Values: ['attached', 'attaching'], found: 1 },
    { Name: 'attachment.state', Values: ['detached'], found: 0 },
    { Name: 'attachment.vpc-id', Values: ['vpc-1a2b3c4d'], found: 1 },
    { Name: 'state', Values: ['available'], found: 1 },
    { Name: 'amazon-side-asn', Values: ['64600'], found: 1 },
    { Name: 'tag:Name', Values: ['prod'], found: 0 },
  ])('are filtered by $Name = $Values', async ({ found, ...filter }) => {
    const simulator = await startTestEmulator();
    await gateway(simulator);
    const client = ec2(simulator, RECIPIENT);
    const { VpnGateways } = await client.send(new DescribeVpnGatewaysCommand({ Filters: [filter] }));
    expect(VpnGateways).toHaveLength(found);
  });

  it('refuse an unknown filter', async () => {
    const asked = new DescribeVpnGatewaysCommand({ Filters: [{ Name: 'colour', Values: ['red'] }] });
    await expect(ec2(await startTestEmulator(), RECIPIENT).send(asked)).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });

  it('are not deleted while they are attached or in use', async () => {
    const simulator = await startTestEmulator();
    const VpnGatewayId = await gateway(simulator);
    const client = ec2(simulator, RECIPIENT);
    const deletion = new DeleteVpnGatewayCommand({ VpnGatewayId });
    const inUse = { name: 'IncorrectState' };
    await expect(client.send(deletion)).rejects.toMatchObject(inUse);
    await confirm(simulator, await offerInterface(simulator), VpnGatewayId);
    await client.send(new DetachVpnGatewayCommand({ VpnGatewayId, VpcId: 'vpc-1a2b3c4d' }));
    await expect(client.send(deletion)).rejects.toMatchObject(inUse);
    const unused = await client.send(new CreateVpnGatewayCommand({ Type: 'ipsec.1' }));
    await client.send(new DeleteVpnGatewayCommand({ VpnGatewayId: unused.VpnGateway?.VpnGatewayId }));
    const { VpnGateways } = await client.send(new DescribeVpnGatewaysCommand({}));
    expect(VpnGateways).toHaveLength(1);
  });

  it('answer a dry run as EC2 does, and change nothing', async () => {
    const simulator = await startTestEmulator();
    const client = ec2(simulator, RECIPIENT);
    const dry = new CreateVpnGatewayCommand({ Type: 'ipsec.1', DryRun: true });
    await expect(client.send(dry)).rejects.toMatchObject({
      name: 'DryRunOperation',
      $metadata: { httpStatusCode: 412 },
    });
    expect(simulator.world.virtualGateways.size).toBe(0);
  });

  it('are listed by Direct Connect with ID and state only', async () => {
    const simulator = await startTestEmulator();
    const virtualGatewayId = await gateway(simulator);
    await gateway(simulator, UNRELATED_ACCOUNT);
    simulator.forceState(virtualGatewayId, 'pending');
    const listing = await directConnect(simulator, RECIPIENT).send(new DescribeVirtualGatewaysCommand({}));
    expect(listing.virtualGateways).toEqual([{ virtualGatewayId, virtualGatewayState: 'pending' }]);
  });
});
