import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { loadPolicy } from '../../core/policyText.ts';
import { replayDecision } from '../../core/receipt.ts';
import { ACME, actAs } from '../support/accounts.ts';
import {
  ACME_1,
  compileTestPolicy,
  createRunner,
  outcomesById,
  PROD,
  startTestCloud,
} from '../support/cloud.ts';

const AGREED = 'agreed-with-acme';
const DIGEST = `sha256:${createHash('sha256').update(AGREED).digest('hex')}`;

describe.each(['outscale', 'aws'] as const)('on %s, a grant that demands an agreed key', (dialect) => {
  const policy = compileTestPolicy(
    `owners: { acme: { connections: [${ACME_1}], grants: { prod: { gateway: ${PROD}, match: { bgpKey: "${DIGEST}" } } } } }`,
    dialect,
  );

  it('accepts the request with this key, and holds those with another key or none', async () => {
    const cloud = await startTestCloud({ dialect });
    const acme = actAs(cloud, ACME);
    const right = await acme.offer({ connection: ACME_1, vlan: 101, authKey: AGREED });
    const wrong = await acme.offer({ connection: ACME_1, vlan: 102, authKey: `${AGREED}x` });
    const without = await acme.offer({ connection: ACME_1, vlan: 103 });
    const report = await createRunner(cloud, policy).run();
    expect(outcomesById(report)).toEqual({
      [right]: `accepted acme.prod ${PROD}`,
      [wrong]: 'held no-grant',
      [without]: 'held no-grant',
    });
    const keys = report.requests.map(({ id, peers }) => [id, peers.map(({ agreedKey }) => agreedKey)]);
    expect(Object.fromEntries(keys)).toMatchObject({ [right]: [DIGEST], [wrong]: ['none'] });
  });

  it('leaves a receipt that names the digest, and replays to the same decision', async () => {
    const cloud = await startTestCloud({ dialect });
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101, authKey: AGREED });
    const runner = createRunner(cloud, policy);
    await runner.run();
    const key = `${dialect}/eu-west-2/012345678901`;
    const { receipts } = await runner.ledger.readRecords(key, new Date(0));
    expect(receipts).toMatchObject([{ request: { peers: [{ hasKey: true, agreedKey: DIGEST }] } }]);
    const [receipt] = receipts;
    if (receipt === undefined) throw new Error('there is no receipt');
    const archived = loadPolicy((await runner.ledger.readPolicy(policy.digest)) ?? '', receipt.target);
    expect(replayDecision(receipt, archived.policy).isSame).toBe(true);
  });
});
