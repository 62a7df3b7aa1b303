import { describe, expect, it, vi } from 'vitest';
import { RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { FOREIGN_GATEWAY, startFixedCloud } from '../support/fixedCloud.ts';
import { AWS_ITEM } from '../support/wireItems.ts';

vi.setConfig({ testTimeout: 120_000 });

const POLICY = `version: 1
recipient: { provider: aws, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners:
  acme: { connections: [${AWS_ITEM.connectionId}], gateway: ${FOREIGN_GATEWAY} }
`;

describe('a Direct Connect gateway of another account, as the only gateway of a policy,', () => {
  it('holds its requests in a run, which does not fail', async () => {
    const { where } = await startFixedCloud([AWS_ITEM]);
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    const { code, stdout } = await runCli(dir, ['run', '--json', ...where]);
    const [run] = JSON.parse(stdout).runs;
    expect(code).toBe(0);
    expect(run.requests).toMatchObject([
      {
        id: AWS_ITEM.virtualInterfaceId,
        outcome: 'held',
        decision: { reasons: [{ code: 'gateway-other-account' }] },
      },
    ]);
    expect(run.warnings).toEqual([
      { code: 'gateway-other-account', message: expect.stringContaining(`\`${UNKNOWN_REQUESTER}\``) },
    ]);
  });

  it('is the only finding of doctor about gateways', async () => {
    const { where } = await startFixedCloud([AWS_ITEM]);
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    const { code, stdout } = await runCli(dir, ['doctor', ...where]);
    expect(code).toBe(1);
    expect(stdout).toContain(UNKNOWN_REQUESTER);
    expect(stdout).not.toContain('every run would fail');
  });
});
