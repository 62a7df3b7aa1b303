import { DeleteVirtualInterfaceCommand } from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import { DIALECT_NAMES } from '../../emulator/dialects.ts';
import {
  allocate,
  confirm,
  connect,
  directConnect,
  gateway,
  listInterfaces,
  OWNER,
  offerInterface,
  RECIPIENT,
  startTestEmulator,
  states,
} from './emulatorClients.ts';

const dialect = 'outscale';

describe('an interface over time', () => {
  it('goes from accepted through pending to available', async () => {
    const simulator = await startTestEmulator({ dialect });
    const id = await offerInterface(simulator);
    const vgw = await gateway(simulator);
    expect(vgw).toMatch(/^vgw-[0-9a-f]{8}$/);
    expect((await confirm(simulator, id, vgw)).virtualInterfaceState).toBe('pending');
    expect((await listInterfaces(simulator))[0]).toMatchObject({ virtualGatewayId: vgw });
    simulator.clock.advance('PT59S');
    expect(await states(simulator)).toEqual(['pending']);
    simulator.clock.advance('PT1S');
    expect(await states(simulator)).toEqual(['available']);
  });

  it('expires after 7 days as a request, and disappears after 7 more', async () => {
    const simulator = await startTestEmulator({ dialect });
    const id = await offerInterface(simulator);
    const vgw = await gateway(simulator);
    simulator.clock.advance('P6DT23H59M59S');
    expect(await states(simulator)).toEqual(['confirming']);
    simulator.clock.advance('PT1S');
    expect(await states(simulator)).toEqual(['expired']);
    await expect(confirm(simulator, id, vgw)).rejects.toThrow(`${id} is in state expired`);
    simulator.clock.advance('P6DT23H59M59S');
    expect(await states(simulator)).toEqual(['expired']);
    simulator.clock.advance('PT1S');
    expect(await states(simulator)).toEqual([]);
  });

  it('expires and disappears on time if the clock skips both', async () => {
    const simulator = await startTestEmulator({ dialect, expiry: 'PT1H', expiredLingers: 'PT2H' });
    await offerInterface(simulator);
    simulator.clock.advance('PT2H');
    expect(await states(simulator)).toEqual(['expired']);
    simulator.clock.advance('PT1H');
    expect(await states(simulator)).toEqual([]);
  });

  it('does not expire once it is accepted', async () => {
    const simulator = await startTestEmulator({ dialect });
    await confirm(simulator, await offerInterface(simulator), await gateway(simulator));
    simulator.clock.advance('P30D');
    expect(await states(simulator)).toEqual(['available']);
  });

  it.each([OWNER, RECIPIENT])('is `rejected` for 15 minutes after %s deletes a request', async (account) => {
    const simulator = await startTestEmulator({ dialect });
    const virtualInterfaceId = await offerInterface(simulator);
    const client = directConnect(simulator, account);
    const deleted = await client.send(new DeleteVirtualInterfaceCommand({ virtualInterfaceId }));
    expect(deleted.virtualInterfaceState).toBe('rejected');
    simulator.clock.advance('PT14M59S');
    expect(await states(simulator)).toEqual(['rejected']);
    simulator.clock.advance('PT1S');
    expect(await states(simulator)).toEqual([]);
  });

  it('is `deleted` for 15 minutes after an accepted interface is deleted', async () => {
    const simulator = await startTestEmulator({ dialect });
    const virtualInterfaceId = await offerInterface(simulator);
    await confirm(simulator, virtualInterfaceId, await gateway(simulator));
    await directConnect(simulator, OWNER).send(new DeleteVirtualInterfaceCommand({ virtualInterfaceId }));
    expect(await states(simulator)).toEqual(['deleting']);
    simulator.clock.advance('PT15M59S');
    expect(await states(simulator)).toEqual(['deleted']);
    simulator.clock.advance('PT1S');
    expect(await states(simulator)).toEqual([]);
  });

  it.each(DIALECT_NAMES)(
    'is `deleting` for the set time after a request is withdrawn, and then `rejected` for 15 minutes, on %s',
    async (name) => {
      const simulator = await startTestEmulator({ dialect: name, withdrawalTime: 'PT3M' });
      const virtualInterfaceId = await offerInterface(simulator);
      const vgw = await gateway(simulator);
      const client = directConnect(simulator, OWNER);
      const remove = () => client.send(new DeleteVirtualInterfaceCommand({ virtualInterfaceId }));
      expect((await remove()).virtualInterfaceState).toBe('deleting');
      await expect(confirm(simulator, virtualInterfaceId, vgw)).rejects.toThrow(
        `${virtualInterfaceId} is in state deleting`,
      );
      simulator.clock.advance('PT2M59S');
      // Another deletion does not begin the time again.
      expect((await remove()).virtualInterfaceState).toBe('deleting');
      expect(await listInterfaces(simulator)).toMatchObject([{ virtualInterfaceState: 'deleting' }]);
      simulator.clock.advance('PT1S');
      expect(await states(simulator)).toEqual(['rejected']);
      simulator.clock.advance('PT14M59S');
      expect(await states(simulator)).toEqual(['rejected']);
      simulator.clock.advance('PT1S');
      expect(await states(simulator)).toEqual([]);
    },
  );

  it('is `rejected` and disappears on time if the clock skips its time as `deleting`', async () => {
    const simulator = await startTestEmulator({ dialect, withdrawalTime: 'PT3M' });
    const virtualInterfaceId = await offerInterface(simulator);
    await directConnect(simulator, OWNER).send(new DeleteVirtualInterfaceCommand({ virtualInterfaceId }));
    simulator.clock.advance('PT17M59S');
    expect(await states(simulator)).toEqual(['rejected']);
    simulator.clock.advance('PT1S');
    expect(await states(simulator)).toEqual([]);
  });

  it.each(DIALECT_NAMES)(
    'is `deleting` for the set time after an accepted interface is deleted, on %s',
    async (name) => {
      // The time of a withdrawn request does not apply to an accepted interface.
      const times = { withdrawalTime: 'PT3M', deletionTime: 'PT10M' };
      const simulator = await startTestEmulator({ dialect: name, ...times });
      const virtualInterfaceId = await offerInterface(simulator);
      await confirm(simulator, virtualInterfaceId, await gateway(simulator));
      await directConnect(simulator, OWNER).send(new DeleteVirtualInterfaceCommand({ virtualInterfaceId }));
      simulator.clock.advance('PT9M59S');
      expect(await states(simulator)).toEqual(['deleting']);
      simulator.clock.advance('PT1S');
      expect(await states(simulator)).toEqual(['deleted']);
    },
  );

  it('never expires as a request on aws', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    await offerInterface(simulator);
    simulator.clock.advance('P52W');
    expect(await states(simulator)).toEqual(['confirming']);
  });

  it('frees its VLAN when it is deleted, while it is still listed', async () => {
    const simulator = await startTestEmulator({ dialect });
    const connectionId = await connect(simulator);
    const { virtualInterfaceId } = await allocate(simulator, connectionId, { vlan: 7 });
    await directConnect(simulator, OWNER).send(new DeleteVirtualInterfaceCommand({ virtualInterfaceId }));
    await allocate(simulator, connectionId, { vlan: 7 });
    expect(await states(simulator)).toEqual(['rejected', 'confirming']);
  });
});
