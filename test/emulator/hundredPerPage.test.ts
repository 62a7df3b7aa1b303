import { DescribeVirtualInterfacesCommand } from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import { allocate, connect, directConnect, RECIPIENT, startTestEmulator } from './emulatorClients.ts';

const dialect = 'aws';

describe('paging', () => {
  it('pages through more than 100 interfaces, at most 100 at a time', async () => {
    const simulator = await startTestEmulator({ dialect });
    const connectionId = await connect(simulator);
    for (let vlan = 1; vlan <= 205; vlan += 1) await allocate(simulator, connectionId, { vlan });
    const client = directConnect(simulator, RECIPIENT);
    const sizes: number[] = [];
    const vlans = new Set<number | undefined>();
    let nextToken: string | undefined;
    do {
      const page = await client.send(new DescribeVirtualInterfacesCommand({ maxResults: 1000, nextToken }));
      sizes.push(page.virtualInterfaces?.length ?? 0);
      for (const { vlan } of page.virtualInterfaces ?? []) vlans.add(vlan);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(sizes).toEqual([100, 100, 5]);
    expect(vlans.size).toBe(205);
    const small = await client.send(new DescribeVirtualInterfacesCommand({ maxResults: 2 }));
    expect(small.virtualInterfaces).toHaveLength(2);
    await expect(client.send(new DescribeVirtualInterfacesCommand({ nextToken: 'x' }))).rejects.toMatchObject(
      {
        name: 'DirectConnectClientException',
      },
    );
  });
});
