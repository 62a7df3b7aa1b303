import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Provider } from '../../core/model.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { ACME_1, ACME_2, PROD } from '../support/cloud.ts';
import { isInstalled } from '../support/installedPrograms.ts';
import type { Outputs } from './cdk.ts';
import { dashboardBody, notMade } from './cloudFormation.ts';
import { functionNames } from './deployedFunctions.ts';
import { TARGETS } from './policies.ts';
import { fetchRuntimeClient } from './runtimeClient.ts';
import { openWorld, type World } from './world.ts';

const HAS_MOTO = isInstalled('moto_server', '--help');
const runtime = HAS_MOTO ? await fetchRuntimeClient() : null;
/** the runtime client, and why it is not here */
const MAIN = runtime?.main ?? '';
const WHY_NOT = runtime?.main === null ? ` (skipped: ${runtime.why})` : '';

/** What moto makes something of, of all that a stack of ours has. */
const KEPT = [
  'AWS::CloudWatch::Dashboard',
  'AWS::DynamoDB::Table',
  'AWS::Events::Rule',
  'AWS::IAM::Role',
  'AWS::Lambda::Function',
  'AWS::Logs::LogGroup',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
];

/** One story: each test stands on those before. */
describe.skipIf(!HAS_MOTO)(
  "on a moto server (skipped where `moto_server` is not installed: pip install 'moto[server]')",
  () => {
    let world: World;
    let outputs: Outputs = {};
    /** of acme, by provider: asked for on the connection that the first policies allow, and on the other */
    const first = new Map<Provider, string>();
    const second = new Map<Provider, string>();

    beforeAll(async () => {
      world = await openWorld();
      await world.policies.allow('outscale', [ACME_1]);
      await world.policies.allow('aws', [ACME_1]);
    });

    afterAll(async () => {
      await world?.close();
      if (runtime !== null && runtime.main !== null) await runtime.remove();
    });

    it('the app is deployed, and tells by which policies it works, at which revision', async () => {
      await world.cdk.bootstrap();
      outputs = await world.deploy();
      expect(outputs.Revision).toBe(await world.policies.revision());
      expect(digestsIn(outputs)).toEqual(world.policies.digests());
    });

    it('everything is there that moto can make', async () => {
      expect(await notMade(world.moto, KEPT)).toEqual([]);
      const dashboard = await dashboardBody(world.moto, outputs.DashboardName ?? '');
      for (const digest of Object.values(world.policies.digests())) expect(dashboard).toContain(digest);
    });

    it.skipIf(MAIN === '').each(['outscale', 'aws'] as const)(
      `the deployed function accepts what the policy allows, as the real runtime client runs it; on %s${WHY_NOT}`,
      async (provider) => {
        const cloud = world.clouds[provider];
        const target = TARGETS[provider];
        const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
        const other = await actAs(cloud, ACME).offer({ connection: ACME_2, vlan: 102 });
        first.set(provider, id);
        second.set(provider, other);

        const { call, log } = await world.start(MAIN, provider);
        const { failed, returned } = await call();

        expect(failed).toBeNull();
        const policy = {
          digest: world.policies.digests()[target],
          revision: await world.policies.revision(),
        };
        expect(returned).toMatchObject({
          target,
          status: 'completed',
          policy,
          counts: { accepted: 1, held: 1 },
        });
        expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe(`pending ${PROD}`);
        expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(other)).toBe('confirming');
        expect(await world.receipts(outputs.LedgerTable ?? '', provider)).toEqual([id]);
        expect(await world.bus.heard()).toContain(`Request Accepted ${id}`);
        expect(await world.people.heard()).toContain(`Request Held ${other}`);
        expect(log()).toMatch(/"Accepted":1\b/);
      },
    );

    it('a change of a policy changes nothing but what holds and names policies', async () => {
      await world.policies.allow('outscale', [ACME_1, ACME_2]);
      expect((await world.cdk.diff()).sort()).toEqual([
        '~ AWS::CloudWatch::Dashboard',
        // Of both functions: the revision is that of all policies.
        '~ AWS::Lambda::LayerVersion',
        '~ AWS::Lambda::LayerVersion',
        expect.stringMatching(`^~ Output Policy${TARGETS.outscale}`),
        '~ Output Revision',
      ]);
    });

    it('it is deployed as well, over what stands there', async () => {
      const { LedgerTable } = outputs;
      outputs = await world.deploy();
      expect(outputs).toMatchObject({ LedgerTable, Revision: await world.policies.revision() });
      expect(digestsIn(outputs)).toEqual(world.policies.digests());
    });

    it.skipIf(MAIN === '')(
      `what was held is accepted then, and remembered beside the rest${WHY_NOT}`,
      async () => {
        const [before = '', now = ''] = [first.get('outscale'), second.get('outscale')];
        const { call } = await world.start(MAIN, 'outscale');
        const { failed, returned } = await call();
        expect(failed).toBeNull();
        const digest = world.policies.digests()[TARGETS.outscale];
        expect(returned).toMatchObject({
          status: 'completed',
          policy: { digest },
          counts: { accepted: 1, held: 0 },
        });
        expect(await actAs(world.clouds.outscale, RECIPIENT_ACCOUNT).see(now)).toBe(`pending ${PROD}`);
        expect(await world.receipts(outputs.LedgerTable ?? '', 'outscale')).toEqual([before, now]);
        expect(await world.bus.heard()).toEqual([`Request Accepted ${now}`]);
      },
    );

    it('what is destroyed leaves its ledger behind, and no function', async () => {
      await world.cdk.destroy();
      expect(await functionNames(world.moto)).toEqual([]);
      const known = [first.get('outscale'), second.get('outscale')].filter((id) => id !== undefined);
      expect(await world.receipts(outputs.LedgerTable ?? '', 'outscale')).toEqual(known);
    });
  },
);

/** The digest that the outputs tell of each target. */
function digestsIn(outputs: Outputs): Record<string, string | undefined> {
  const of = (target: string) => Object.keys(outputs).find((key) => key.startsWith(`Policy${target}`)) ?? '';
  return Object.fromEntries(Object.values(TARGETS).map((target) => [target, outputs[of(target)]]));
}
