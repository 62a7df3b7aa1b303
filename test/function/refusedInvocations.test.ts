import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writePolicy } from '../../core/policyText.ts';
import { SIMPLE_POLICY, startTestCloud } from '../support/cloud.ts';
import { lambdaContext, policyFolder } from '../support/lambda.ts';
import { functionOn } from './testFunction.ts';

/** An error of this name, whose message contains every value. */
const refusal = (name: string, values: readonly string[]) => ({
  name,
  message: expect.toSatisfy((message: string) => values.every((value) => message.includes(value))),
});

describe('the function', () => {
  it.each<[string, unknown, Record<string, string>, string, string[]]>([
    ['an unknown target', { target: 'lab' }, {}, 'EventRefused', ['`lab`', '`hub`']],
    ['an event without a target', {}, {}, 'EventRefused', ['{"target": "NAME"}']],
    ['no event', null, {}, 'EventRefused', ['{"target": "NAME"}']],
    [
      'a target that is a path out of the policy folder',
      { target: '../hub' },
      {},
      'EventRefused',
      ['`../hub`', '`hub`'],
    ],
    [
      'a missing table',
      { target: 'hub' },
      { VIF_ACCEPTOR_TABLE: '' },
      'SettingRefused',
      ['VIF_ACCEPTOR_TABLE'],
    ],
    [
      'a plain http endpoint',
      { target: 'hub' },
      { VIF_ACCEPTOR_ENDPOINT: 'http://example.com' },
      'EndpointRefused',
      ['VIF_ACCEPTOR_ENDPOINT', 'http://example.com'],
    ],
    [
      'a policy folder that does not exist',
      { target: 'hub' },
      { VIF_ACCEPTOR_POLICY_DIR: '/nowhere/policy' },
      'PolicyRefused',
      ['`hub`', '/nowhere/policy'],
    ],
  ])('refuses %s, and makes no call', async (_, event, env, name, values) => {
    const cloud = await startTestCloud();
    const invoked = functionOn(cloud, env)(event, lambdaContext());
    await expect(invoked).rejects.toMatchObject(refusal(name, values));
    expect(cloud.calls()).toEqual([]);
  });

  it('refuses a policy whose target is not the name of its file', async () => {
    const cloud = await startTestCloud();
    const dir = policyFolder(SIMPLE_POLICY);
    renameSync(join(dir, 'hub.json'), join(dir, 'lab.json'));
    const invoked = functionOn(cloud, { VIF_ACCEPTOR_POLICY_DIR: dir })({ target: 'lab' }, lambdaContext());
    await expect(invoked).rejects.toMatchObject(refusal('PolicyRefused', ['`lab`', '`hub`']));
    expect(cloud.calls()).toEqual([]);
  });

  it('refuses a compiled policy that was edited', async () => {
    const cloud = await startTestCloud();
    const dir = policyFolder(SIMPLE_POLICY);
    const text = writePolicy(SIMPLE_POLICY.policy).replace('{', '{"surplus":true,');
    writeFileSync(join(dir, 'hub.json'), text);
    const invoked = functionOn(cloud, { VIF_ACCEPTOR_POLICY_DIR: dir })({ target: 'hub' }, lambdaContext());
    await expect(invoked).rejects.toMatchObject(refusal('PolicyRefused', ['`surplus`']));
    expect(cloud.calls()).toEqual([]);
  });
});
