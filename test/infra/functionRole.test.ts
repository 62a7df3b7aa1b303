import { describe, expect, it } from 'vitest';
import type { InterfaceKind } from '../../core/kinds.ts';
import type { CompiledPolicy } from '../../language/index.ts';
import { aGrant, anOwner, DX_GATEWAY } from '../support/builders.ts';
import { ACCOUNT, OTHER_ROLE, OUTSCALE, OWN_ROLE, target, templateOf } from './stackFixtures.ts';

const IN_PARIS = { env: { account: ACCOUNT, region: 'eu-west-3' } };

/** Permissions of the functions of these targets at their providers, one per line. */
function rights(...targets: CompiledPolicy[]): string[] {
  return statements('Targets', targets);
}

function statements(policy: 'Targets' | 'Ledger', targets: readonly CompiledPolicy[]): string[] {
  const roles = Object.values(templateOf(targets, IN_PARIS).findResources('AWS::IAM::Role'));
  return roles
    .flatMap(({ Properties }) => Properties.Policies ?? [])
    .filter(({ PolicyName }) => PolicyName === policy)
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .map(({ Action, Resource, Condition }) =>
      [[Action].flat().join(' + '), 'on', arn(Resource), Condition && JSON.stringify(Condition)]
        .filter(Boolean)
        .join(' '),
    );
}

/** An ARN with `PARTITION` as its partition. */
function arn(resource: unknown): string {
  return JSON.stringify(resource)
    .replaceAll('{"Ref":"AWS::Partition"}', '"PARTITION"')
    .replace(/^\{"Fn::Join":\["",\[(.*)\]\]\}$/, '$1')
    .replaceAll('","', '')
    .replaceAll('"', '');
}

describe('the permissions of a function', () => {
  it('for AWS without a role allow reading CloudTrail in that region only with the option', () => {
    const roles = templateOf([OWN_ROLE, OUTSCALE], { ...IN_PARIS, auditLog: true }).findResources(
      'AWS::IAM::Role',
    );
    const granted = Object.values(roles)
      .flatMap(({ Properties }) => Properties.Policies ?? [])
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .filter(({ Action }) => [Action].flat().includes('cloudtrail:LookupEvents'));
    expect(granted).toMatchObject([
      { Resource: '*', Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-west-3' } } },
    ]);
    expect(rights(OWN_ROLE).join()).not.toContain('cloudtrail');
  });

  it('for OUTSCALE allow reading the named secret, and nothing of Direct Connect', () => {
    expect(rights(OUTSCALE)).toEqual([
      'secretsmanager:GetSecretValue on arn:PARTITION:secretsmanager:eu-west-3:012345678901:secret:vif-acceptor/outscale-??????',
    ]);
  });

  it('use the whole ARN of a secret unchanged', () => {
    const secret = 'arn:aws:secretsmanager:eu-west-3:012345678901:secret:keys-AbCdEf';
    expect(rights(target('paris', 'outscale', { secret }))).toEqual([
      `secretsmanager:GetSecretValue on ${secret}`,
    ]);
  });

  it('for AWS with a role allow assuming that role', () => {
    expect(rights(OTHER_ROLE)).toEqual(['sts:AssumeRole on arn:aws:iam::012345678901:role/vif-acceptor']);
  });

  it('for AWS without a role allow confirming and listing in that account and region', () => {
    expect(rights(OWN_ROLE)).toEqual([
      'directconnect:ConfirmPrivateVirtualInterface on arn:PARTITION:directconnect:eu-west-3:012345678901:dxvif/*',
      'directconnect:DescribeConnections + directconnect:DescribeDirectConnectGatewayAssociations + ' +
        'directconnect:DescribeDirectConnectGateways + directconnect:DescribeVirtualInterfaces + ' +
        'directconnect:ListVirtualInterfaceRoutes + ec2:DescribeRouteTables + ec2:DescribeVpcs + ec2:DescribeVpnGateways on * ' +
        '{"StringEquals":{"aws:RequestedRegion":"eu-west-3"}}',
    ]);
  });

  it('for AWS allow confirming only the types of interface that a policy of the function has a grant for', () => {
    const grant = (type: InterfaceKind) => aGrant({ name: type, type, gateway: DX_GATEWAY });
    const confirming = (...kinds: InterfaceKind[]) => {
      const owners = [anOwner({ grants: kinds.map(grant) })];
      return rights(target('lyon', 'aws', null, { owners }))[0]?.split(' on ')[0];
    };
    expect(confirming('private')).toBe('directconnect:ConfirmPrivateVirtualInterface');
    expect(confirming('transit')).toBe('directconnect:ConfirmTransitVirtualInterface');
    expect(confirming('private', 'transit')).toBe(
      'directconnect:ConfirmPrivateVirtualInterface + directconnect:ConfirmTransitVirtualInterface',
    );
  });

  it('for one provider are never given to the function of the other', () => {
    expect(rights(OUTSCALE, OWN_ROLE, OTHER_ROLE)).toEqual([
      ...rights(OUTSCALE),
      ...rights(OWN_ROLE, OTHER_ROLE),
    ]);
    // The third one is the watcher.
    templateOf([OUTSCALE, OWN_ROLE]).resourceCountIs('AWS::Lambda::Function', 3);
  });

  it('allow only items of its own targets in the ledger, and only events with its own source', () => {
    expect(statements('Ledger', [OUTSCALE])).toEqual([
      expect.stringMatching(
        /^dynamodb:Query \+ dynamodb:UpdateItem \+ dynamodb:BatchWriteItem \+ dynamodb:ConditionCheckItem \+ dynamodb:PutItem \+ dynamodb:DeleteItem on \{Fn::GetAtt:\[Ledger\w+Arn\]\} /,
      ),
      'events:PutEvents on arn:PARTITION:events:eu-west-3:012345678901:event-bus/default ' +
        '{"ForAllValues:StringEquals":{"events:source":"vif-acceptor"},"Null":{"events:source":"false"}}',
    ]);
    const [ledger = ''] = statements('Ledger', [OUTSCALE]);
    expect(JSON.parse(ledger.slice(ledger.indexOf(' {"') + 1))).toEqual({
      'ForAllValues:StringLike': {
        'dynamodb:LeadingKeys': [
          'live#outscale/eu-west-2/012345678901',
          'over#outscale/eu-west-2/012345678901',
          'policy#*',
        ],
      },
    });
  });

  it('never contain a wildcard action or a managed policy', () => {
    const template = templateOf([OUTSCALE, OWN_ROLE, OTHER_ROLE]).toJSON();
    // A Deny statement gives no permission.
    const allowed = [
      ...JSON.stringify(template).matchAll(
        /"Action":(\[[^\]]*\]|"[^"]*")[^{}]*(?:\{[^{}]*\}[^{}]*)*?"Effect":"Allow"/g,
      ),
    ];
    const actions = allowed.map(([, text]) => text);
    expect(actions).toContain('"sts:AssumeRole"');
    expect(actions.filter((text) => text?.includes('*'))).toEqual([]);
    expect(JSON.stringify(template)).not.toContain('ManagedPolicyArns');
  });
});
