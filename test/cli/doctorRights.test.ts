import { describe, expect, it } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, ACME_2, DC_GATEWAY, DETACHED, PROD, startTestCloud } from '../support/cloud.ts';

type Dialect = 'outscale' | 'aws';

/** The findings of `doctor` on the right that accepting does not need, when `missing` may not be called. */
async function saidOf(dialect: Dialect, gateways: readonly string[], missing: string | null) {
  const cloud = await startTestCloud({ dialect });
  if (missing !== null) cloud.addFault({ kind: 'accessDenied', operation: missing, times: 'always' });
  const connections = [ACME_1, ACME_2];
  const owners = gateways.map(
    (gateway, i) => `o${i}: { connections: [${connections[i]}], gateway: ${gateway} }`,
  );
  const dir = folderWith({
    'policy/hub.yaml': `version: 1
recipient: { provider: ${dialect}, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { ${owners.join(', ')} }
`,
  });
  const { code, stdout } = await runCli(dir, ['doctor', '--endpoint', cloud.url]);
  const lines = stdout.split('\n').filter((line) => line.includes('right to see routes'));
  return { code, lines: lines.map((line) => line.trim()) };
}

const TABLES = 'DescribeRouteTables';
const ASSOCIATIONS = 'DescribeDirectConnectGatewayAssociations';

describe('doctor, on the rights that only a warning depends on,', () => {
  it.each<[Dialect, string, string]>([
    ['outscale', PROD, TABLES],
    ['aws', PROD, TABLES],
    ['aws', DC_GATEWAY, ASSOCIATIONS],
  ])('at %s, for gateway %s, that %s may be called', async (dialect, gateway, operation) => {
    expect(await saidOf(dialect, [gateway], null)).toEqual({
      code: 0,
      lines: [`ok    right to see routes: ${operation} may be called`],
    });
  });

  it.each<[Dialect, string, string]>([
    ['outscale', PROD, TABLES],
    ['aws', PROD, TABLES],
    ['aws', DC_GATEWAY, ASSOCIATIONS],
  ])(
    'at %s, for gateway %s, that %s may not, in a warning that fails nothing',
    async (dialect, gateway, op) => {
      const { code, lines } = await saidOf(dialect, [gateway], op);
      expect({ code, count: lines.length }).toEqual({ code: 0, count: 1 });
      expect(lines[0]).toMatch(
        new RegExp(
          `^warn {2}right to see routes: requests are accepted without this right, but a gateway without an onward route is not reported[^:]*: ${op} failed \\(credentials\\): .*may not call ${op}: grant them that permission, or,`,
        ),
      );
    },
  );

  it('checks each right separately', async () => {
    const { lines } = await saidOf('aws', [PROD, DC_GATEWAY], ASSOCIATIONS);
    expect(lines.map((line) => line.slice(0, 4))).toEqual(['ok  ', 'warn']);
  });

  it('checks none when there is no gateway to check with', async () => {
    expect((await saidOf('outscale', [DETACHED], TABLES)).lines).toEqual([]);
  });
});

describe('doctor --audit-log, on the right to read the log of calls,', () => {
  async function saidOfLog(dialect: Dialect, more: readonly string[], isRefused = false) {
    const cloud = await startTestCloud({ dialect });
    const operation = dialect === 'aws' ? 'LookupEvents' : 'ReadApiLogs';
    if (isRefused) cloud.addFault({ kind: 'accessDenied', operation, times: 'always' });
    const dir = folderWith({
      'policy/hub.yaml': `version: 1
recipient: { provider: ${dialect}, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`,
    });
    const { code, stdout } = await runCli(dir, ['doctor', '--json', '--endpoint', cloud.url, ...more]);
    const findings: { check: string; result: string }[] = JSON.parse(stdout).targets[0].findings;
    const ours = findings.filter(({ check }) => check === 'right to read the log of calls');
    return { code, results: ours.map(({ result }) => result) };
  }

  it.each<Dialect>(['outscale', 'aws'])('at %s, that it may be read', async (dialect) => {
    expect(await saidOfLog(dialect, ['--audit-log'])).toEqual({ code: 0, results: ['ok'] });
  });

  it.each<Dialect>(['outscale', 'aws'])('at %s, that it may not, which fails nothing', async (dialect) => {
    expect(await saidOfLog(dialect, ['--audit-log'], true)).toEqual({ code: 0, results: ['warn'] });
  });

  it('is not checked without the option', async () => {
    expect(await saidOfLog('aws', [], true)).toEqual({ code: 0, results: [] });
  });
});

describe('doctor, on the types of interface that a policy allows,', () => {
  /** The findings about the gateway and the right to confirm, for a gateway that is associated with a virtual private gateway. */
  async function findingsFor(...grants: string[]) {
    const cloud = await startTestCloud({ dialect: 'aws' });
    const dir = folderWith({
      'policy/hub.yaml': `version: 1
recipient: { provider: aws, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], grants: { ${grants.join(', ')} } } }
`,
    });
    const { code, stdout } = await runCli(dir, ['doctor', '--endpoint', cloud.url]);
    const about = (subject: string): string =>
      stdout.split('\n').find((line) => line.includes(subject) && !/ok {4}gateway/.test(line)) ?? '';
    return { code, gateway: about(`gateway ${DC_GATEWAY}`), confirm: about('right to confirm') };
  }

  it('names the right for each type', async () => {
    const { code, gateway, confirm } = await findingsFor(`a: { gateway: ${DC_GATEWAY} }`);
    expect({ code, gateway }).toEqual({ code: 0, gateway: '' });
    expect(confirm).toContain('directconnect:ConfirmPrivateVirtualInterface');
    expect(confirm).not.toContain('Transit');
  });

  it('fails if a Direct Connect gateway serves another type', async () => {
    const transit = `a: { type: transit, gateway: ${DC_GATEWAY}, match: { vlan: [1] } }`;
    const { code, gateway, confirm } = await findingsFor(transit);
    expect(code).toBe(1);
    expect(gateway).toMatch(/^ *FAIL .*virtual private gateway.*transit interfaces/);
    expect(confirm).toContain('directconnect:ConfirmTransitVirtualInterface');
    expect(confirm).not.toContain('Private');
  });
});

describe('doctor, on the rights to watch what owners advertise,', () => {
  const CHECK = 'right to watch what owners advertise';

  /** The findings on these rights for a policy with one interface that was accepted, or none. */
  async function findingsFor(dialect: Dialect, isAccepted: boolean, missing: string | null) {
    const cloud = await startTestCloud({ dialect });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    if (isAccepted) await actAs(cloud, RECIPIENT_ACCOUNT).confirm(id, PROD);
    if (missing !== null) cloud.addFault({ kind: 'accessDenied', operation: missing, times: 'always' });
    const dir = folderWith({
      'policy/hub.yaml': `version: 1
recipient: { provider: ${dialect}, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`,
    });
    const { code, stdout } = await runCli(dir, ['doctor', '--endpoint', cloud.url]);
    const lines = stdout.split('\n').filter((line) => line.includes(CHECK));
    return { code, results: lines.map((line) => line.trim().slice(0, 4).trim()) };
  }

  it.each<[string | null, string[]]>([
    [null, ['ok', 'ok']],
    ['ListVirtualInterfaceRoutes', ['warn', 'ok']],
    ['DescribeVpcs', ['ok', 'warn']],
  ])('tries each with an accepted interface, and fails nothing without %s', async (missing, results) => {
    expect(await findingsFor('aws', true, missing)).toEqual({ code: 0, results });
  });

  it('tries none without an accepted interface, and none on OUTSCALE', async () => {
    expect((await findingsFor('aws', false, null)).results).toEqual([]);
    expect((await findingsFor('outscale', true, null)).results).toEqual([]);
  });
});
