import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeResult, findPendingImpact } from '../../cli/diff/pendingImpact.ts';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { compileTestPolicy, PROD } from '../support/cloud.ts';
import { formsOf, OUTSCALE_ITEM } from '../support/wireItems.ts';

const AT = '2026-11-10T00:00:00Z';
const [KEY, NEXT_KEY] = ['agreed-in-2025', 'agreed-in-2026'];

/** An answer of the API with one request, which has this key. */
const answer = (authKey: string): string =>
  JSON.stringify({ virtualInterfaces: [{ ...OUTSCALE_ITEM, authKey }] });

const owners = (key: string): string =>
  `owners: { acme: { connections: [dxcon-11111111], grants: { prod: { gateway: ${PROD}, match: { bgpKey: "sha256:${createHash('sha256').update(key).digest('hex')}" } } } } }`;

describe('a saved answer of the API', () => {
  it.each([
    [KEY, 'accept'],
    [NEXT_KEY, 'hold'],
  ])('with the key %s is explained by the agreed key of the policy: %s', async (key, verdict) => {
    const policy = `version: 1\nrecipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }\n${owners(KEY)}\n`;
    const dir = folderWith({ 'hub.yaml': policy, 'request.json': answer(key) });
    const args = ['policy', 'explain', 'hub.yaml', '--request', 'request.json', '--at', AT, '--json'];
    const { code, stdout } = await runCli(dir, args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).report.decision.verdict).toBe(verdict);
    if (key === NEXT_KEY) for (const form of formsOf(key)) expect(stdout).not.toContain(form);
  });

  it('is compared with the agreed keys of both policies of a diff', async () => {
    const [old, now] = [KEY, NEXT_KEY].map((key) => compileTestPolicy(owners(key)).policy);
    if (old === undefined || now === undefined) throw new Error('there are two policies');
    const decisions = async (key: string) => {
      const file = join(folderWith({ 'pending.json': answer(key) }), 'pending.json');
      const { changed } = await findPendingImpact([old, now], file, {}, new Date(AT));
      return changed.map((one) => [describeResult(one.old), describeResult(one.new)]);
    };
    expect(await decisions(KEY)).toEqual([[PROD, 'no-grant']]);
    expect(await decisions(NEXT_KEY)).toEqual([['no-grant', PROD]]);
    expect(await decisions('a key of another party')).toEqual([]);
  });
});
