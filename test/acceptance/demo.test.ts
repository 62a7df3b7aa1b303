import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('the demo shows within 15 seconds accepted, held, nearly expired and expired requests, and the next commands', async () => {
  const root = resolve(import.meta.dirname, '../..');
  const env = { PATH: process.env.PATH ?? '' };
  const options = { cwd: root, env, timeout: 15_000 };
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'demo/main.ts')], options);
  expect(stdout).toMatch(/acme-prod-1 +acme\.prod +accepted .* vgw-12345678$/m);
  expect(stdout).toMatch(/globex-lab-1 +globex\.lab +accepted .* vgw-87654321$/m);
  expect(stdout).toMatch(/acme-prod-2 .* held .* unknown-requester$/m);
  expect(stdout).toContain('nearest is `prod`: vlan must be 100-199, is 2500');
  expect(stdout).toMatch(/DEADLINE NEAR: dxvif-\w+ expires in 1 d 23 h/);
  expect(stdout).toMatch(
    /REQUEST EXPIRED: dxvif-\w+ ended without being accepted.*held for unknown-requester/,
  );
  expect(stdout).toContain('init ../network-policy');
  expect(stdout).not.toContain('a-bgp-key');
});
