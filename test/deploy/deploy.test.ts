import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Provider } from '../../core/model.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { ACME_1, ACME_2, PROD } from '../support/cloud.ts';
import { isInstalled } from '../support/installedPrograms.ts';
import type { Outputs } from './cdk.ts';
import { dashboardBody, deployedDigests, missingResources } from './cloudFormation.ts';
import { type DeployEnvironment, openDeployEnvironment } from './deployEnvironment.ts';
import { functionNames } from './deployedFunctions.ts';
import { TARGETS } from './policyRepository.ts';
import { fetchRuntimeClient } from './runtimeClient.ts';

const HAS_MOTO = isInstalled('moto_server', '--help');
const runtime = HAS_MOTO ? await fetchRuntimeClient() : null;
/** path of the runtime client; empty if it is not available */
const MAIN = runtime?.main ?? '';
const SKIP_REASON = runtime?.main === null ? ` (skipped: ${runtime.reason})` : '';

/** The resource types of the stack that moto creates. */
const SUPPORTED_TYPES = [
  'AWS::CloudWatch::Dashboard',
  'AWS::DynamoDB::Table',
  'AWS::Events::Rule',
  'AWS::IAM::Role',
  'AWS::Lambda::Function',
  'AWS::Logs::LogGroup',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
];

/** The tests run in this order, and each depends on the ones before it. */
describe.skipIf(!HAS_MOTO)(
  "a deployment to a moto server (skipped if `moto_server` is not installed: pip install 'moto[server]')",
  () => {
    let environment: DeployEnvironment;
    let outputs: Outputs = {};
    /** IDs of requests of acme by provider, on the connection that the first policies allow and on the other one */
    const allowedIds = new Map<Provider, string>();
    const heldIds = new Map<Provider, string>();

    beforeAll(async () => {
      environment = await openDeployEnvironment();
      await environment.policies.allow('outscale', [ACME_1]);
      await environment.policies.allow('aws', [ACME_1]);
    });

    afterAll(async () => {
      await environment?.close();
      if (runtime !== null && runtime.main !== null) await runtime.remove();
    });

    it('names the digests and the revision of its policies', async () => {
      await environment.cdk.bootstrap();
      outputs = await environment.deploy();
      expect(outputs.Revision).toBe(await environment.policies.revision());
      expect(await deployedDigests(environment.moto)).toEqual(environment.policies.digests());
    });

    it('creates every resource that moto supports, and shows the digests on the dashboard', async () => {
      expect(await missingResources(environment.moto, SUPPORTED_TYPES)).toEqual([]);
      const dashboard = await dashboardBody(environment.moto, outputs.DashboardName ?? '');
      for (const digest of Object.values(environment.policies.digests())) expect(dashboard).toContain(digest);
    });

    it.skipIf(MAIN === '').each(['outscale', 'aws'] as const)(
      `runs the function in the real runtime client, which accepts only the request that the policy of %s allows${SKIP_REASON}`,
      async (provider) => {
        const emulator = environment.emulators[provider];
        const target = TARGETS[provider];
        const allowedId = await actAs(emulator, ACME).offer({ connection: ACME_1, vlan: 101 });
        const heldId = await actAs(emulator, ACME).offer({ connection: ACME_2, vlan: 102 });
        allowedIds.set(provider, allowedId);
        heldIds.set(provider, heldId);

        const { invokeScheduled, log } = await environment.startFunction(MAIN, provider);
        const { failed, returned } = await invokeScheduled();

        expect(failed).toBeNull();
        const policy = {
          digest: environment.policies.digests()[target],
          revision: await environment.policies.revision(),
        };
        expect(returned).toMatchObject({
          target,
          status: 'completed',
          policy,
          counts: { accepted: 1, held: 1 },
        });
        expect(await actAs(emulator, RECIPIENT_ACCOUNT).see(allowedId)).toBe(`pending ${PROD}`);
        expect(await actAs(emulator, RECIPIENT_ACCOUNT).see(heldId)).toBe('confirming');
        expect(await environment.receiptIds(outputs.LedgerTable ?? '', provider)).toEqual([allowedId]);
        expect(await environment.events.receive()).toContain(`Request Accepted ${allowedId}`);
        expect(await environment.notifications.receive()).toContain(`Request Held ${heldId}`);
        expect(log()).toMatch(/"Accepted":1\b/);
      },
    );

    it('changes only the layers, the dashboard and the outputs when a policy changes', async () => {
      await environment.policies.allow('outscale', [ACME_1, ACME_2]);
      expect((await environment.cdk.diff()).sort()).toEqual([
        '~ AWS::CloudWatch::Dashboard',
        // The layers of both functions change, because each contains the revision of all policies.
        '~ AWS::Lambda::LayerVersion',
        '~ AWS::Lambda::LayerVersion',
        // The digests of the policies.
        '~ Metadata',
        '~ Output Revision',
      ]);
    });

    it('updates the existing stack with the changed policy, and keeps the ledger table', async () => {
      const { LedgerTable } = outputs;
      outputs = await environment.deploy();
      expect(outputs).toMatchObject({ LedgerTable, Revision: await environment.policies.revision() });
      expect(await deployedDigests(environment.moto)).toEqual(environment.policies.digests());
    });

    it.skipIf(MAIN === '')(
      `accepts the held request after the update, and keeps the earlier receipt${SKIP_REASON}`,
      async () => {
        const [earlierId = '', id = ''] = [allowedIds.get('outscale'), heldIds.get('outscale')];
        const { invokeScheduled } = await environment.startFunction(MAIN, 'outscale');
        const { failed, returned } = await invokeScheduled();
        expect(failed).toBeNull();
        const digest = environment.policies.digests()[TARGETS.outscale];
        expect(returned).toMatchObject({
          status: 'completed',
          policy: { digest },
          counts: { accepted: 1, held: 0 },
        });
        expect(await actAs(environment.emulators.outscale, RECIPIENT_ACCOUNT).see(id)).toBe(
          `pending ${PROD}`,
        );
        expect(await environment.receiptIds(outputs.LedgerTable ?? '', 'outscale')).toEqual([earlierId, id]);
        expect(await environment.events.receive()).toEqual([`Request Accepted ${id}`]);
      },
    );

    it('removes the functions and keeps the ledger when the stack is destroyed', async () => {
      await environment.cdk.destroy();
      expect(await functionNames(environment.moto)).toEqual([]);
      const ids = [allowedIds.get('outscale'), heldIds.get('outscale')].filter((id) => id !== undefined);
      expect(await environment.receiptIds(outputs.LedgerTable ?? '', 'outscale')).toEqual(ids);
    });
  },
);
