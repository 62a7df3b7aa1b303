import { describe, expect, it } from 'vitest';
import { loadPolicy } from '../../core/policyText.ts';
import { replayDecision } from '../../core/receipt.ts';
import { ApiFailure, KeyReplaced } from '../../run/portErrors.ts';
import type { DirectConnect, Ledger, Ports } from '../../run/ports.ts';
import type { RunInput } from '../../run/runContext.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import {
  ACME_1,
  ACME_2,
  compileTestPolicy,
  createRunner,
  outcomesById,
  PROD,
  type Runner,
  startTestCloud,
} from '../support/cloud.ts';
import { failingOn, whileWriting } from '../support/observedLedgers.ts';

const RECIPIENT = 'outscale/eu-west-2/012345678901';
const EPOCH = new Date(0);
/** Thirty seconds after the start of each test. */
const UNTIL = 'until: "2026-11-02T08:00:30Z"';

const grants = (written: string) =>
  compileTestPolicy(`owners: { acme: { connections: [${ACME_1}], grants: ${written} } }`);
const SOON_OVER = grants(`{ soon: { gateway: ${PROD}, ${UNTIL} } }`);
const BY_NAME = grants(`{ prod: { gateway: ${PROD}, match: { name: [acme-1] } } }`);

/** One allowed request, and a monotonic clock that the test advances. */
async function stage(policy = BY_NAME) {
  const cloud = await startTestCloud();
  const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101, name: 'acme-1' });
  const runner = createRunner(cloud, policy);
  const time = { passed: 0 };
  const clock = { now: runner.ports.clock.now, monotonic: () => time.passed };
  const withPorts = (changed: Partial<Ports> = {}): Partial<RunInput> => ({
    ports: { ...runner.ports, clock, ...changed },
  });
  const direct = (changed: Partial<DirectConnect>): Partial<RunInput> =>
    withPorts({ directConnect: { ...runner.ports.directConnect, ...changed } });
  const see = () => actAs(cloud, RECIPIENT_ACCOUNT).see(id);
  return { cloud, id, runner, time, withPorts, direct, see };
}

/** Executes a run during which something happens while an intent is written. */
const passDuring = (runner: Runner, happens: () => void, input: Partial<RunInput>, ledger?: Ledger) => {
  const { ledger: own } = runner;
  const slow = whileWriting('intended', happens, ledger ?? own);
  return runner.run({ ...input, ports: { ...(input.ports ?? runner.ports), ledger: slow } }, slow);
};

const intentsOf = async ({ ledger }: Runner) => (await ledger.readState(RECIPIENT)).intents;

describe('a request that is no longer allowed when its intent is written is not confirmed, and its intent is withdrawn, because', () => {
  it('the grant ended meanwhile', async () => {
    const { cloud, id, runner, withPorts, see } = await stage(SOON_OVER);
    const report = await passDuring(runner, () => cloud.clock.advance('PT1M'), withPorts());
    expect(outcomesById(report)).toEqual({ [id]: 'held grant-ended' });
    expect(await see()).toBe('confirming');
    expect(await intentsOf(runner)).toEqual({});
  });

  it('the request changed meanwhile', async () => {
    const { id, runner, time, direct, see } = await stage();
    const { directConnect } = runner.ports;
    const later = async (one: string) => {
      const vif = await directConnect.describe(one);
      return vif && time.passed > 0 ? { ...vif, name: 'other' } : vif;
    };
    const report = await passDuring(runner, () => (time.passed += 1001), direct({ describe: later }));
    expect(outcomesById(report)).toEqual({ [id]: 'held no-grant' });
    expect(report.requests).toMatchObject([{ name: 'other' }]);
    expect(await see()).toBe('confirming');
    expect(await intentsOf(runner)).toEqual({});
  });

  it('the request was withdrawn meanwhile', async () => {
    const { id, runner, time, direct } = await stage();
    const { directConnect } = runner.ports;
    const later = async (one: string) => (time.passed > 0 ? null : directConnect.describe(one));
    const report = await passDuring(runner, () => (time.passed += 1001), direct({ describe: later }));
    expect(outcomesById(report)[id]).toMatch(/^gone /);
    expect(await intentsOf(runner)).toEqual({});
  });

  it('the request was withdrawn meanwhile, and the others for its gateway are accepted', async () => {
    const { cloud, id, runner, time, direct } = await stage();
    const other = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 102, name: 'acme-1' });
    const { directConnect } = runner.ports;
    const later = async (one: string) => (time.passed > 0 && one === id ? null : directConnect.describe(one));
    const report = await passDuring(runner, () => (time.passed ||= 1001), direct({ describe: later }));
    expect(outcomesById(report)[id]).toMatch(/^gone /);
    expect(outcomesById(report)[other]).toMatch(/^accepted /);
  });

  it('the gateway lost its VPC meanwhile', async () => {
    const { id, runner, time, withPorts, see } = await stage();
    const { gateways } = runner.ports;
    const list: typeof gateways.list = async (kinds) =>
      (await gateways.list(kinds)).map((one) => (time.passed > 0 ? { ...one, attachedVpcs: [] } : one));
    const report = await passDuring(
      runner,
      () => (time.passed += 1001),
      withPorts({ gateways: { ...gateways, list } }),
    );
    expect(outcomesById(report)).toEqual({ [id]: 'held gateway-not-attached' });
    expect(await see()).toBe('confirming');
  });
});

it('nothing is confirmed if the time runs out while the request is read once more', async () => {
  const { id, runner, time, direct, see } = await stage();
  const { directConnect } = runner.ports;
  let left = 60_000;
  const later = async (one: string) => {
    if (time.passed > 0) left = 1999;
    return directConnect.describe(one);
  };
  const input = { ...direct({ describe: later }), remaining: () => left };
  const report = await passDuring(runner, () => (time.passed ||= 1001), input);
  expect(report.requests).toMatchObject([{ id, outcome: 'notAttempted' }]);
  expect(await see()).toBe('confirming');
});

describe('what is recorded of an acceptance is the decision right before the confirm, if meanwhile', () => {
  it('the request moved to a connection of another owner, whose grant has the same name and gateway', async () => {
    const owners = compileTestPolicy(`owners:
  acme: { connections: [${ACME_1}], gateway: ${PROD} }
  globex: { connections: [${ACME_2}], gateway: ${PROD} }
`);
    const { id, runner, time, direct } = await stage(owners);
    const { directConnect } = runner.ports;
    const later = async (one: string) => {
      const vif = await directConnect.describe(one);
      return vif && time.passed > 0 ? { ...vif, connection: ACME_2 } : vif;
    };
    await passDuring(runner, () => (time.passed ||= 1001), direct({ describe: later }));
    const { acceptances } = await runner.ledger.readState(RECIPIENT);
    expect(acceptances[id]).toMatchObject({ owner: 'globex', grants: ['default'], connection: ACME_2 });
  });

  it('one of two fitting grants is another one', async () => {
    const policy = grants(
      `{ a: { gateway: ${PROD} }, b: { gateway: ${PROD}, match: { name: [acme-1] } }, c: { gateway: ${PROD}, match: { name: [other] } } }`,
    );
    const { id, runner, time, direct } = await stage(policy);
    const { directConnect } = runner.ports;
    const later = async (one: string) => {
      const vif = await directConnect.describe(one);
      return vif && time.passed > 0 ? { ...vif, name: 'other' } : vif;
    };
    await passDuring(runner, () => (time.passed ||= 1001), direct({ describe: later }));
    const { acceptances } = await runner.ledger.readState(RECIPIENT);
    expect(acceptances[id]).toMatchObject({ grants: ['a', 'c'] });
  });
});

it('a confirm resolves no credentials of its own, which would take time after the decision', async () => {
  const cloud = await startTestCloud();
  const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101, name: 'acme-1' });
  let asked = 0;
  const credentials = () => {
    asked += 1;
    return Promise.resolve({ accessKeyId: RECIPIENT_ACCOUNT, secretAccessKey: 'secret' });
  };
  const runner = createRunner(cloud, BY_NAME, { credentials });
  const { directConnect } = runner.ports;
  let askedBefore = 0;
  const confirm: typeof directConnect.confirm = (kind, one, gateway) => {
    askedBefore = asked;
    return directConnect.confirm(kind, one, gateway);
  };
  const report = await runner.run({
    ports: { ...runner.ports, directConnect: { ...directConnect, confirm } },
  });
  expect(outcomesById(report)).toEqual({ [id]: `accepted acme.prod ${PROD}` });
  expect(asked).toBe(askedBefore);
});

describe('the intent of a request that is not confirmed after all', () => {
  it('stays when the ledger refuses to withdraw it: nothing is confirmed, and the run fails', async () => {
    const { cloud, runner, withPorts, see } = await stage(SOON_OVER);
    const refusing = failingOn('intentDropped', runner.ledger);
    const report = await passDuring(runner, () => cloud.clock.advance('PT1M'), withPorts(), refusing);
    expect(report).toMatchObject({ status: 'failed', failures: [{ code: 'ledger' }] });
    expect(await see()).toBe('confirming');
    expect(Object.keys(await intentsOf(runner))).toHaveLength(1);
  });

  it('is replaced by the intent of an earlier run, whose confirm may still take effect', async () => {
    const { cloud, id, runner, withPorts } = await stage(SOON_OVER);
    cloud.addFault({ kind: 'serverError', operation: 'ConfirmPrivateVirtualInterface' });
    await runner.run();
    const { [id]: earlier } = await intentsOf(runner);
    expect(earlier).toMatchObject({ listings: 0 });
    const report = await passDuring(runner, () => cloud.clock.advance('PT1M'), withPorts());
    expect(outcomesById(report)).toEqual({ [id]: 'held grant-ended' });
    expect(await intentsOf(runner)).toEqual({ [id]: { ...earlier, listings: 1 } });
  });

  it('is replaced when another grant allows the request by then, and the receipt shows the last decision', async () => {
    const policy = grants(
      `{ a: { gateway: ${PROD}, ${UNTIL} }, b: { gateway: ${PROD}, from: "2026-11-02T08:00:30Z" } }`,
    );
    const { cloud, id, runner, withPorts, see } = await stage(policy);
    const report = await passDuring(runner, () => cloud.clock.advance('PT1M'), withPorts());
    expect(outcomesById(report)).toEqual({ [id]: `accepted acme.b ${PROD}` });
    expect(await see()).not.toBe('confirming');
    const { receipts } = await runner.ledger.readRecords(RECIPIENT, EPOCH);
    expect(receipts).toMatchObject([{ id, grants: ['b'] }]);
    await expectReplays(runner);
  });
});

it('the receipt shows the state right before the confirm, and replaying it gives the same decision', async () => {
  const policy = grants(`{ a: { gateway: ${PROD}, ${UNTIL} }, b: { gateway: ${PROD} } }`);
  const { cloud, id, runner, time, direct } = await stage(policy);
  const { directConnect } = runner.ports;
  const later = async (one: string) => {
    const vif = await directConnect.describe(one);
    return vif && time.passed > 0 ? { ...vif, mtu: 9001 } : vif;
  };
  const happens = () => {
    time.passed += 1001;
    cloud.clock.advance('PT1M');
  };
  expect(outcomesById(await passDuring(runner, happens, direct({ describe: later })))).toEqual({
    [id]: `accepted acme.b ${PROD}`,
  });
  const { receipts } = await runner.ledger.readRecords(RECIPIENT, EPOCH);
  expect(receipts).toMatchObject([{ at: '2026-11-02T08:01:00.000Z', grants: ['b'], request: { mtu: 9001 } }]);
  await expectReplays(runner);
});

it('the receipt has the time of the intent, as does the receipt of a later run that learns of the acceptance from the intent', async () => {
  const { cloud, id, runner, withPorts } = await stage();
  const report = await passDuring(runner, () => cloud.clock.advance('PT10S'), withPorts());
  expect(outcomesById(report)).toEqual({ [id]: `accepted acme.prod ${PROD}` });
  const { receipts } = await runner.ledger.readRecords(RECIPIENT, EPOCH);
  expect(receipts.map(({ at }) => at)).toEqual(['2026-11-02T08:00:00.000Z']);
  await expectReplays(runner);
});

async function expectReplays({ ledger }: Runner): Promise<void> {
  const { receipts } = await ledger.readRecords(RECIPIENT, EPOCH);
  expect(receipts).not.toEqual([]);
  for (const receipt of receipts) {
    const text = await ledger.readPolicy(receipt.policy.digest);
    const { policy } = loadPolicy(text ?? '', 'hub');
    expect(replayDecision(receipt, policy)).toMatchObject({ isSame: true });
  }
}

describe('when a request is evaluated again, its own assignment does not count against it:', () => {
  it.each([
    [
      'the only slot of the owner',
      `owners: { acme: { connections: [${ACME_1}], gateway: ${PROD}, limit: 1 } }`,
    ],
    [
      'the only slot of the run',
      `limits: { acceptsPerRun: 1 }\nowners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`,
    ],
  ])('%s', async (_, policy) => {
    const { id, runner, time, withPorts } = await stage(compileTestPolicy(policy));
    const report = await passDuring(runner, () => (time.passed += 1001), withPorts());
    expect(outcomesById(report)).toEqual({ [id]: `accepted acme.default ${PROD}` });
  });
});

describe('the age of a state counts from the start of its first call:', () => {
  /** The calls that were made, to an API whose listing of gateways and whose description take this long. */
  async function calledWith(listTakes: number, describeTakes: number) {
    const { id, runner, time, withPorts, see } = await stage();
    const { directConnect, gateways } = runner.ports;
    const calls: string[] = [];
    let describedAt = 0;
    const report = await runner.run(
      withPorts({
        directConnect: {
          ...directConnect,
          describe: async (one) => {
            calls.push('describe');
            describedAt = time.passed;
            const vif = await directConnect.describe(one);
            time.passed += describeTakes;
            return vif;
          },
          confirm: (kind, one, gateway) => {
            calls.push(`confirm ${time.passed - describedAt}`);
            return directConnect.confirm(kind, one, gateway);
          },
        },
        gateways: {
          ...gateways,
          list: async (kinds) => {
            const found = await gateways.list(kinds);
            time.passed += listTakes;
            return found;
          },
        },
      }),
    );
    return { report, id, calls, see };
  }

  it('after a slow listing of gateways, the request is described once more', async () => {
    const { calls } = await calledWith(5000, 0);
    expect(calls.at(-1)).toBe('confirm 0');
    expect(calls.at(-2)).toBe('describe');
  });

  it('with a fast API, one read is enough', async () => {
    expect((await calledWith(400, 400)).calls).toEqual(['describe', 'confirm 800']);
  });

  it('with an API that is slow in every answer, requests are still accepted', async () => {
    const { report, id, calls, see } = await calledWith(3000, 3000);
    expect(outcomesById(report)[id]).toMatch(/^accepted /);
    expect(calls.at(-1)).toBe('confirm 3000');
    expect(await see()).not.toBe('confirming');
  });
});

it('nothing is awaited between the last decision and the confirm', async () => {
  const { cloud, id, runner, withPorts } = await stage(SOON_OVER);
  const { clock, directConnect } = runner.ports;
  let isWritten = false;
  const seen: string[] = [];
  const now = () => {
    const at = clock.now();
    // If anything were awaited after the last answer, the grant would have ended.
    if (isWritten) queueMicrotask(() => cloud.clock.advance('PT1M'));
    return at;
  };
  const confirm: DirectConnect['confirm'] = (kind, one, gateway) => {
    seen.push(clock.now().toISOString());
    return directConnect.confirm(kind, one, gateway);
  };
  const report = await passDuring(
    runner,
    () => {
      isWritten = true;
    },
    withPorts({ clock: { ...clock, now }, directConnect: { ...directConnect, confirm } }),
  );
  expect(outcomesById(report)[id]).toMatch(/^accepted /);
  expect(seen).toEqual(['2026-11-02T08:00:00.000Z']);
});

describe('a confirm that is refused because its key was replaced', () => {
  const replaced = () =>
    new KeyReplaced(new ApiFailure('ConfirmPrivateVirtualInterface', 'credentials', 'no such key'));

  it('is made once more if the request is still allowed', async () => {
    const { id, runner, direct } = await stage();
    let calls = 0;
    const confirm: DirectConnect['confirm'] = async (...of) => {
      calls += 1;
      if (calls === 1) throw replaced();
      return runner.ports.directConnect.confirm(...of);
    };
    expect(outcomesById(await runner.run(direct({ confirm })))[id]).toMatch(/^accepted /);
    expect(calls).toBe(2);
  });

  it('is not made again if the grant ended while the new key was read', async () => {
    const { cloud, id, runner, direct } = await stage(SOON_OVER);
    let calls = 0;
    const confirm: DirectConnect['confirm'] = async () => {
      calls += 1;
      cloud.clock.advance('PT1M');
      throw replaced();
    };
    expect(outcomesById(await runner.run(direct({ confirm })))).toEqual({ [id]: 'held grant-ended' });
    expect(calls).toBe(1);
  });

  it('fails if the new key was replaced too', async () => {
    const { id, runner, direct } = await stage();
    let calls = 0;
    const confirm: DirectConnect['confirm'] = async () => {
      calls += 1;
      throw replaced();
    };
    expect(outcomesById(await runner.run(direct({ confirm })))[id]).toMatch(/^failed /);
    expect(calls).toBe(2);
  });
});
