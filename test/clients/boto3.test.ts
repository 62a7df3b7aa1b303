import { describe, expect, it } from 'vitest';
import { DIALECT_NAMES } from '../../emulator/dialects.ts';
import { OWNER, RECIPIENT } from '../emulator/emulatorClients.ts';
import { type Answer, BOTO3, installBoto3 } from './boto3.ts';
import {
  ADDRESSES,
  allocation,
  CLIENT_ERROR,
  idOf,
  interfacesOf,
  KEY,
  prepareStory,
  refusedFor,
  statesOf,
} from './boto3Story.ts';

const client = await installBoto3();

describe.skipIf(client.folder === null).each(DIALECT_NAMES)(
  `boto3 ${BOTO3} on %s${client.skipped}`,
  (dialect) => {
    const story = prepareStory(client, dialect);

    it('learns which account it is', async () => {
      expect(await story().owner.call('sts', 'GetCallerIdentity')).toMatchObject({ Account: OWNER });
      const role = { RoleArn: `arn:aws:iam::${RECIPIENT}:role/acceptor`, RoleSessionName: 'test' };
      expect(await story().owner.call('sts', 'AssumeRole', role)).toMatchObject({
        Credentials: { AccessKeyId: RECIPIENT },
      });
    });

    it.each([
      ['directconnect', 'DescribeVirtualInterfaces', 'UnrecognizedClientException', 403],
      ['ec2', 'DescribeVpnGateways', 'AuthFailure', 401],
      ['sts', 'GetCallerIdentity', 'InvalidClientTokenId', 403],
    ] as const)(
      'gets the error of %s for an unknown key, and for a wrong secret',
      async (service, operation, code, status) => {
        expect(await story().as('AKIAUNKNOWN').refusal(service, operation)).toMatchObject({ code, status });
        const wrong = story().as(OWNER, { secret: 'wrong' });
        expect(await wrong.refusal(service, operation)).toMatchObject({
          code: 'SignatureDoesNotMatch',
          status: 403,
        });
      },
    );

    it('creates a connection at a listed location, which its owner alone sees', async () => {
      const { locations } = await story().owner.call('directconnect', 'DescribeLocations');
      expect(locations).toContainEqual(
        expect.objectContaining({ locationCode: 'PAR1', region: 'eu-west-2' }),
      );
      const connectionId = await story().connect();
      expect(
        await story().owner.call('directconnect', 'DescribeConnections', { connectionId }),
      ).toMatchObject({
        connections: [{ connectionId, connectionState: 'available', ownerAccount: OWNER, location: 'PAR1' }],
      });
      for (const other of [story().recipient, story().unrelated]) {
        expect(await other.call('directconnect', 'DescribeConnections')).toMatchObject({ connections: [] });
        expect(await other.refusal('directconnect', 'DescribeConnections', { connectionId })).toMatchObject(
          refusedFor(connectionId),
        );
      }
    });

    it('allocates an interface with a key and addresses, which owner and recipient see, and no one else', async () => {
      const connectionId = await story().connect();
      const virtualInterfaceId = await story().allocate(connectionId);
      const shown = {
        ...{ virtualInterfaceId, connectionId, virtualInterfaceState: 'confirming', ownerAccount: RECIPIENT },
        ...{ virtualInterfaceName: 'acme-prod', vlan: 101, asn: 65010, authKey: KEY, ...ADDRESSES },
      };
      for (const party of [story().owner, story().recipient]) {
        expect(await interfacesOf(party)).toMatchObject([shown]);
        expect(await interfacesOf(party, { connectionId })).toMatchObject([shown]);
        expect(await interfacesOf(party, { virtualInterfaceId })).toMatchObject([shown]);
        expect(await interfacesOf(party, { virtualInterfaceId: 'dxvif-00000000' })).toEqual([]);
      }
      expect(await interfacesOf(story().unrelated, { virtualInterfaceId })).toEqual([]);
    });

    it.each([
      ['a VLAN of 0', { vlan: 0 }, '0'],
      ['a VLAN of 4095', { vlan: 4095 }, '4095'],
      ['an ASN of 0', { asn: 0 }, 'ASN'],
      ['an empty name', { virtualInterfaceName: '' }, 'name'],
      ['a key of 5 characters', { authKey: '12345' }, 'key'],
      ['an address that is none', { amazonAddress: 'banana' }, 'banana'],
      ['an address of a network', { customerAddress: '10.0.0.0/8' }, '10.0.0.0/8'],
      ['addresses of two networks', { customerAddress: '169.254.99.2/30' }, '169.254.99.2/30'],
      ['an unknown address family', { addressFamily: 'ipx' }, 'ipx'],
      ['an MTU that no interface has', { mtu: 1501 }, 'mtu'],
    ] as const)('is refused an allocation with %s', async (_, changed, named) => {
      const refusal = await story().owner.refusal(...allocation(await story().connect(), changed));
      expect(refusal).toMatchObject(CLIENT_ERROR);
      expect(refusal.message.toLowerCase()).toContain(named.toLowerCase());
      expect(await interfacesOf(story().owner)).toEqual([]);
    });

    it('is refused a VLAN twice, a connection of another account, and a recipient that is no account', async () => {
      const connectionId = await story().connect();
      await story().allocate(connectionId);
      expect(await story().owner.refusal(...allocation(connectionId))).toMatchObject(refusedFor('101'));
      const other = { vlan: 102, amazonAddress: '169.254.20.1/30', customerAddress: '169.254.20.2/30' };
      expect(await story().unrelated.refusal(...allocation(connectionId, other))).toMatchObject(
        refusedFor(connectionId),
      );
      expect(await story().owner.refusal(...allocation('dxcon-00000000', other))).toMatchObject(
        refusedFor('dxcon-00000000'),
      );
      expect(await story().owner.refusal(...allocation(connectionId, other, '1234'))).toMatchObject(
        refusedFor('1234'),
      );
    });

    it('finds virtual private gateways by filters, also with wildcards, and gets an error for unknown ones', async () => {
      const { VpnGateway } = await story().recipient.call('ec2', 'CreateVpnGateway', {
        Type: 'ipsec.1',
        TagSpecifications: [{ ResourceType: 'vpn-gateway', Tags: [{ Key: 'Name', Value: 'core' }] }],
      });
      const core = idOf(VpnGateway, 'VpnGatewayId');
      const attached = await story().gateway();
      const found = async (Name: string, ...Values: string[]): Promise<string[]> => {
        const { VpnGateways } = await story().recipient.call('ec2', 'DescribeVpnGateways', {
          Filters: [{ Name, Values }],
        });
        return Array.isArray(VpnGateways) ? VpnGateways.map((one) => idOf(one, 'VpnGatewayId')) : [];
      };
      for (const name of ['core', 'co*', 'c?re', '*'])
        expect([name, await found('tag:Name', name)]).toEqual([name, [core]]);
      expect(await found('tag:Name', 'Core', 'co', 'co?', 'co\\*')).toEqual([]);
      expect(await found('tag-key', 'N*')).toEqual([core]);
      expect(await found('attachment.vpc-id', 'vpc-1a2b*')).toEqual([attached]);
      expect(await found('state', 'available')).toEqual([core, attached]);
      const refusal = (operation: string, parameters: Answer) =>
        story().recipient.refusal('ec2', operation, parameters);
      expect(await refusal('DescribeVpnGateways', { VpnGatewayIds: ['vgw-00000000'] })).toMatchObject({
        code: 'InvalidVpnGatewayID.NotFound',
      });
      expect(
        await refusal('DescribeVpnGateways', { Filters: [{ Name: 'color', Values: ['red'] }] }),
      ).toMatchObject({
        code: 'InvalidParameterValue',
      });
      expect(
        await refusal('AttachVpnGateway', { VpnGatewayId: attached, VpcId: 'vpc-99999999' }),
      ).toMatchObject({
        code: 'VpnGatewayAttachmentLimitExceeded',
      });
      expect(
        await story().unrelated.refusal('ec2', 'DeleteVpnGateway', { VpnGatewayId: core }),
      ).toMatchObject({
        code: 'InvalidVpnGatewayID.NotFound',
      });
    });

    it('changes tags of a virtual private gateway after its creation', async () => {
      const vgw = await story().gateway();
      const tagged = {
        Resources: [vgw],
        Tags: [
          { Key: 'Name', Value: 'core' },
          { Key: 'team', Value: 'net' },
        ],
      };
      await story().recipient.call('ec2', 'CreateTags', tagged);
      await story().recipient.call('ec2', 'CreateTags', {
        Resources: [vgw],
        Tags: [{ Key: 'team', Value: 'edge' }],
      });
      const tags = async () => {
        const Filters = [{ Name: 'resource-id', Values: [vgw] }];
        const { Tags } = await story().recipient.call('ec2', 'DescribeTags', { Filters });
        return Tags;
      };
      const described = (Key: string, Value: string) => ({
        ResourceId: vgw,
        ResourceType: 'vpn-gateway',
        Key,
        Value,
      });
      expect(await tags()).toEqual([described('Name', 'core'), described('team', 'edge')]);
      await story().recipient.call('ec2', 'DeleteTags', { Resources: [vgw], Tags: [{ Key: 'Name' }] });
      expect(await tags()).toEqual([described('team', 'edge')]);
      expect(
        await story().recipient.call('ec2', 'DescribeVpnGateways', { VpnGatewayIds: [vgw] }),
      ).toMatchObject({
        VpnGateways: [{ Tags: [{ Key: 'team', Value: 'edge' }] }],
      });
      expect(await story().unrelated.refusal('ec2', 'CreateTags', tagged)).toMatchObject({
        code: 'InvalidVpnGatewayID.NotFound',
      });
    });

    it('accepts a request once, as its recipient, and both accounts see it pending and then available', async () => {
      const [connectionId, vgw] = [await story().connect(), await story().gateway()];
      const id = await story().allocate(connectionId);
      const confirm = ['directconnect', 'ConfirmPrivateVirtualInterface'] as const;
      const asked = { virtualInterfaceId: id, virtualGatewayId: vgw };
      const unknown = { ...asked, virtualGatewayId: 'vgw-00000000' };
      expect(await story().recipient.refusal(...confirm, unknown)).toMatchObject(refusedFor('vgw-00000000'));
      for (const other of [story().owner, story().unrelated])
        expect(await other.refusal(...confirm, asked)).toMatchObject(refusedFor(id));
      expect(
        await story().recipient.refusal(...confirm, { ...asked, virtualInterfaceId: 'dxvif-00000000' }),
      ).toMatchObject(refusedFor('dxvif-00000000'));
      expect(await statesOf(story().recipient)).toEqual(['confirming']);

      expect(await story().recipient.call(...confirm, asked)).toEqual({ virtualInterfaceState: 'pending' });
      expect(await story().recipient.refusal(...confirm, asked)).toMatchObject(refusedFor(id));
      for (const state of ['pending', 'available']) {
        for (const party of [story().owner, story().recipient])
          expect(await interfacesOf(party)).toMatchObject([
            { virtualInterfaceState: state, virtualGatewayId: vgw },
          ]);
        story().emulator.clock.advance('PT1M');
      }
    });

    it('declines a request as its recipient, withdraws one as its owner, and deletes an accepted one', async () => {
      const connectionId = await story().connect();
      const remove = ['directconnect', 'DeleteVirtualInterface'] as const;
      for (const party of [story().recipient, story().owner]) {
        const virtualInterfaceId = await story().allocate(connectionId);
        expect(await story().unrelated.refusal(...remove, { virtualInterfaceId })).toMatchObject(
          refusedFor(virtualInterfaceId),
        );
        expect(await party.call(...remove, { virtualInterfaceId })).toEqual({
          virtualInterfaceState: 'rejected',
        });
      }
      const [virtualInterfaceId, vgw] = [await story().allocate(connectionId), await story().gateway()];
      await story().confirm(virtualInterfaceId, vgw);
      expect(await story().recipient.refusal('ec2', 'DeleteVpnGateway', { VpnGatewayId: vgw })).toMatchObject(
        {
          code: 'IncorrectState',
        },
      );
      expect(await story().recipient.call(...remove, { virtualInterfaceId })).toEqual({
        virtualInterfaceState: 'deleting',
      });
      story().emulator.clock.advance('PT1M');
      expect(await statesOf(story().owner)).toEqual(['rejected', 'rejected', 'deleted']);
      story().emulator.clock.advance('PT15M');
      expect(await interfacesOf(story().owner)).toEqual([]);
      expect(await story().owner.refusal(...remove, { virtualInterfaceId })).toMatchObject(
        refusedFor(virtualInterfaceId),
      );
      await story().recipient.call('ec2', 'DetachVpnGateway', { VpnGatewayId: vgw, VpcId: 'vpc-1a2b3c4d' });
      await story().recipient.call('ec2', 'DeleteVpnGateway', { VpnGatewayId: vgw });
    });

    it('lets a request expire by the clock, where the provider does', async () => {
      const [connectionId, vgw] = [await story().connect(), await story().gateway()];
      const id = await story().allocate(connectionId);
      story().emulator.clock.advance('P7D');
      const state = { outscale: 'expired', aws: 'confirming' }[dialect];
      for (const party of [story().owner, story().recipient]) expect(await statesOf(party)).toEqual([state]);
      if (dialect === 'aws') return;
      const asked = { virtualInterfaceId: id, virtualGatewayId: vgw };
      expect(
        await story().recipient.refusal('directconnect', 'ConfirmPrivateVirtualInterface', asked),
      ).toMatchObject(refusedFor(id));
      story().emulator.clock.advance('P7D');
      expect(await interfacesOf(story().recipient)).toEqual([]);
    });

    it('deletes a connection, once nothing uses it', async () => {
      const connectionId = await story().connect();
      const virtualInterfaceId = await story().allocate(connectionId);
      const remove = ['directconnect', 'DeleteConnection', { connectionId }] as const;
      expect(await story().owner.refusal(...remove)).toMatchObject(refusedFor(connectionId));
      expect(await story().recipient.refusal(...remove)).toMatchObject(refusedFor(connectionId));
      await story().owner.call('directconnect', 'DeleteVirtualInterface', { virtualInterfaceId });
      expect(await story().owner.call(...remove)).toMatchObject({ connectionId, connectionState: 'deleted' });
      story().emulator.clock.advance('PT15M');
      expect(await story().owner.refusal(...remove)).toMatchObject(refusedFor(connectionId));
    });

    it('repeats a call that is throttled twice', async () => {
      story().emulator.addFault({ kind: 'throttle', operation: 'DescribeVirtualInterfaces', times: 2 });
      expect(await story().owner.retriesOf('directconnect', 'DescribeVirtualInterfaces')).toBe(2);
    });
  },
);
