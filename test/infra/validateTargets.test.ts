import { describe, expect, it } from 'vitest';
import { DeploymentRefused } from '../../infra/validateOptions.ts';
import { ACCOUNT, OTHER_ROLE, OUTSCALE, OWN_ROLE, stackOf, target } from './stackFixtures.ts';

const ELSEWHERE = { env: { account: '210987654321', region: 'eu-west-3' } };
const HOME = { env: { account: ACCOUNT, region: 'eu-west-3' } };

function reasons(build: () => unknown): readonly string[] {
  try {
    build();
    return [];
  } catch (error) {
    if (error instanceof DeploymentRefused) return error.reasons;
    throw error;
  }
}

describe('a stack', () => {
  it('refuses an OUTSCALE target without a secret, and shows what to add', () => {
    expect(reasons(() => stackOf([target('paris', 'outscale', null)]))).toEqual([
      'policy/paris.yaml: recipient: the function needs the access key of the OUTSCALE account; ' +
        'store it in Secrets Manager and add `credentials: { secret: vif-acceptor/outscale }`',
    ]);
  });

  it('refuses an AWS target without a role outside the recipient’s account', () => {
    expect(reasons(() => stackOf([OWN_ROLE], ELSEWHERE))).toEqual([
      'policy/lyon.yaml: recipient.account: without credentials the function acts for the account of the stack, ' +
        '`210987654321`, and not for `012345678901`; deploy it there, or add ' +
        '`credentials: { role: "arn:aws:iam::012345678901:role/vif-acceptor" }` to `recipient`',
    ]);
  });

  it('suggests a role ARN with the partition of the region', () => {
    const { recipient } = OWN_ROLE.policy;
    const sovereign = { ...recipient, region: 'eusc-de-east-1' };
    const berlin = target('berlin', 'aws', null, { recipient: sovereign });
    expect(reasons(() => stackOf([berlin], ELSEWHERE))).toEqual([
      expect.stringContaining('role: "arn:aws-eusc:iam::012345678901:role/vif-acceptor"'),
    ]);
  });

  it.each([
    { where: 'in the recipient’s account', deployment: HOME, targets: [OUTSCALE, OWN_ROLE, OTHER_ROLE] },
    { where: 'elsewhere, with a role or a secret', deployment: ELSEWHERE, targets: [OUTSCALE, OTHER_ROLE] },
    { where: 'if the account is not known yet', deployment: {}, targets: [OWN_ROLE] },
  ])('is created $where', ({ deployment, targets }) => {
    expect(reasons(() => stackOf(targets, deployment))).toEqual([]);
  });

  it.each([
    '*',
    'keys-*',
    'key?',
    'key$',
    'arn:aws:secretsmanager:*:012345678901:secret:keys',
    'arn:aws:s3:::keys',
  ])('refuses the secret `%s`, which does not name exactly one secret', (secret) => {
    expect(reasons(() => stackOf([target('paris', 'outscale', { secret })]))).toEqual([
      expect.stringContaining(
        'policy/paris.yaml: recipient.credentials.secret: must name exactly one secret',
      ),
    ]);
  });

  it.each([
    'arn:aws:iam::012345678901:role/*',
    'arn:aws:iam::*:role/acceptor',
    'arn:aws:iam::012345678901:role/a?',
  ])('refuses the role `%s`, which does not name exactly one role', (role) => {
    expect(reasons(() => stackOf([target('nice', 'aws', { role, externalId: null })]))).toEqual([
      expect.stringContaining(
        'policy/nice.yaml: recipient.credentials.role: must be the ARN of exactly one role',
      ),
    ]);
  });

  it('reports all reasons at once', () => {
    expect(
      reasons(() => stackOf([target('a', 'outscale', null), target('b', 'outscale', null)])),
    ).toHaveLength(2);
  });
});
