import { describe, expect, it } from 'vitest';
import { recipientKey } from '../../core/policy.ts';
import type { LoadedPolicy } from '../../core/policyText.ts';
import { ApiFailure } from '../../run/portErrors.ts';
import type { Ports } from '../../run/ports.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import {
  ACME_1,
  ACME_2,
  compileTestPolicy,
  createRunner,
  outcomesById,
  PROD,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';

const owners = `owners:
  acme: { connections: [${ACME_1}], gateway: ${PROD} }
  beta: { connections: [${ACME_2}], gateway: ${PROD} }
  zeta: { connections: [${UNKNOWN_CONNECTION}], gateway: ${PROD} }
`;

function atMost(accepts: number): LoadedPolicy {
  return compileTestPolicy(`limits: { acceptsPerRun: ${accepts} }\n${owners}`);
}

/** The same API, whose first confirm of this request fails. */
function failingOnce({ directConnect, ...ports }: Ports, id: string): Ports {
  let hasFailed = false;
  return {
    ...ports,
    directConnect: {
      ...directConnect,
      confirm: async (kind, one, gateway) => {
        if (one !== id || hasFailed) return directConnect.confirm(kind, one, gateway);
        hasFailed = true;
        throw new ApiFailure('ConfirmPrivateVirtualInterface', 'server', 'once');
      },
    },
  };
}

describe('an owner with more offers than a run may accept', () => {
  it('does not keep a request of another owner, whose confirm failed, from its next turn', async () => {
    const cloud = await startTestCloud();
    const runner = createRunner(cloud, atMost(3));
    const acme = actAs(cloud, ACME);
    const zeta = await actAs(cloud, UNKNOWN_REQUESTER).offer({
      connection: UNKNOWN_CONNECTION,
      vlan: 7,
      subnet: '200.0',
    });
    const ports = failingOnce(runner.ports, zeta);
    expect(outcomesById(await runner.run({ ports }))[zeta]).toMatch(/^failed/);
    for (let i = 0; i < 5; i += 1)
      await acme.offer({ connection: ACME_1, vlan: 100 + i, subnet: `10.${i * 4}` });
    cloud.clock.advance('PT12H');
    expect(outcomesById(await runner.run({ ports }))[zeta]).toMatch(/^accepted/);
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(zeta)).toMatch(/pending|available/);
  });
});

describe('when more owners wait than a run may accept requests', () => {
  it('the next run continues with those that had no turn, whatever the first one offers then', async () => {
    const cloud = await startTestCloud();
    const runner = createRunner(cloud, atMost(1));
    const acme = actAs(cloud, ACME);
    const [offered, beta, zeta] = [
      await acme.offer({ connection: ACME_1, vlan: 101, subnet: '10.0' }),
      await acme.offer({ connection: ACME_2, vlan: 102, subnet: '10.4' }),
      await actAs(cloud, UNKNOWN_REQUESTER).offer({
        connection: UNKNOWN_CONNECTION,
        vlan: 103,
        subnet: '10.8',
      }),
    ];
    const turns = async () => (await runner.ledger.readState(recipientKey(atMost(1).policy.recipient))).turns;
    // It exists since before the others, so acme is the longest-waiting owner whenever its turn is forgotten.
    const old = await acme.offer({ connection: ACME_1, vlan: 104, subnet: '10.12' });
    const accepted: string[] = [];
    for (let run = 0; run < 3; run += 1) {
      cloud.clock.advance('PT1H');
      const now = outcomesById(await runner.run());
      accepted.push(...Object.keys(now).filter((id) => now[id]?.startsWith('accepted')));
      expect(Object.keys(await turns())).toContain('acme');
      await acme.offer({ connection: ACME_1, vlan: 110 + run, subnet: `11.${run * 4}` });
    }
    expect(accepted.slice(1).sort()).toEqual([beta, zeta].sort());
    expect([offered, old]).toContain(accepted[0]);
  });

  it('the next run does so also if a run is cut short by its first confirm', async () => {
    const cloud = await startTestCloud();
    const runner = createRunner(cloud, atMost(1));
    const acme = actAs(cloud, ACME);
    await runner.run();
    for (const vlan of [101, 102])
      await acme.offer({ connection: ACME_1, vlan, subnet: `10.${(vlan - 100) * 4}` });
    await runner.run({ loaded: compileTestPolicy(`freeze: true\n${owners}`) });
    cloud.clock.advance('PT1H');
    const beta = await acme.offer({ connection: ACME_2, vlan: 103, subnet: '10.40' });
    const { directConnect } = runner.ports;
    const confirm = () => Promise.reject(new Error('the process ends'));
    const cut = { ...runner.ports, directConnect: { ...directConnect, confirm } };
    expect((await runner.run({ ports: cut })).status).toBe('failed');
    cloud.clock.advance('PT1H');
    expect(outcomesById(await runner.run())[beta]).toMatch(/^accepted/);
  });

  it('a request that may expire within a few runs goes first, according to the time between runs', async () => {
    const cloud = await startTestCloud();
    const runner = createRunner(cloud, atMost(1));
    const acme = actAs(cloud, ACME);
    const frozen = compileTestPolicy(`freeze: true\n${owners}`);
    await runner.run({ loaded: frozen });
    const beta = await acme.offer({ connection: ACME_2, vlan: 103, subnet: '10.40' });
    for (let run = 0; run < 11; run += 1) {
      cloud.clock.advance('PT12H');
      await runner.run({ loaded: frozen });
      if (run === 3) await acme.offer({ connection: ACME_1, vlan: 101, subnet: '10.8' });
    }
    const session = await runner.ledger.open(recipientKey(frozen.policy.recipient), 60_000);
    await session?.close([{ kind: 'turned', turns: { beta: cloud.clock.now().toISOString() } }]);
    cloud.clock.advance('PT12H');
    expect(outcomesById(await runner.run())[beta]).toMatch(/^accepted/);
  });

  it('turns are forgotten once every owner had one', async () => {
    const cloud = await startTestCloud();
    const runner = createRunner(cloud, atMost(1));
    const acme = actAs(cloud, ACME);
    await acme.offer({ connection: ACME_1, vlan: 101, subnet: '10.0' });
    await acme.offer({ connection: ACME_2, vlan: 102, subnet: '10.4' });
    const turns: number[] = [];
    for (let run = 0; run < 3; run += 1) {
      await runner.run();
      turns.push(
        Object.keys((await runner.ledger.readState(recipientKey(atMost(1).policy.recipient))).turns).length,
      );
    }
    expect(turns).toEqual([1, 0, 0]);
  });
});

it('an owner whose only attempt lacked the time waits for its turn, and one with another attempt had its turn', async () => {
  const cloud = await startTestCloud();
  const first = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101, subnet: '10.8' });
  const late = [
    await actAs(cloud, ACME).offer({ connection: ACME_2, vlan: 102, subnet: '10.16' }),
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 103, subnet: '10.24' }),
  ];
  const runner = createRunner(cloud, atMost(10));
  const recipient = recipientKey(atMost(10).policy.recipient);
  const session = await runner.ledger.open(recipient, 60_000);
  await session?.close([{ kind: 'turned', turns: { former: cloud.clock.now().toISOString() } }]);
  const { directConnect } = runner.ports;
  const confirmed = Promise.withResolvers<void>();
  let left = 60_000;
  const confirm: typeof directConnect.confirm = async (kind, id, gateway) => {
    const state = await directConnect.confirm(kind, id, gateway);
    confirmed.resolve();
    return state;
  };
  const describe: typeof directConnect.describe = async (id) => {
    const vif = await directConnect.describe(id);
    if (!late.includes(id)) return vif;
    await confirmed.promise;
    left = 1999;
    return vif;
  };
  const report = await runner.run({
    ports: { ...runner.ports, directConnect: { ...directConnect, confirm, describe } },
    remaining: () => left,
  });
  expect(outcomesById(report)).toMatchObject({ [first]: `accepted acme.default ${PROD}` });
  const outcomes = report.requests.filter(({ id }) => late.includes(id)).map(({ outcome }) => outcome);
  expect(outcomes).toEqual(['notAttempted', 'notAttempted']);
  // An owner that the policy no longer has is not kept.
  expect(Object.keys((await runner.ledger.readState(recipient)).turns)).toEqual(['acme']);
});
