import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { OTHER_ROLE, OUTSCALE, OWN_ROLE, target, templateOf } from './world.ts';

describe('the function', () => {
  const template = templateOf([OWN_ROLE, OTHER_ROLE]);

  it('runs on Node 24 on arm64, with its own log', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 512,
      Handler: 'index.handler',
      LoggingConfig: { LogGroup: { Ref: Match.stringLikeRegexp('Logs') } },
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 });
  });

  it('is told who each of its targets must be, and nothing secret', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: {
          POWERTOOLS_SERVICE_NAME: 'vif-acceptor',
          POWERTOOLS_METRICS_NAMESPACE: 'VifAcceptor',
          VIF_ACCEPTOR_RECIPIENTS: JSON.stringify({
            lyon: 'aws/eu-west-3/012345678901',
            nice: 'aws/eu-west-3/012345678901',
          }),
          VIF_ACCEPTOR_TABLE: { Ref: Match.stringLikeRegexp('^Ledger') },
          VIF_ACCEPTOR_AVAILABLE_WITHIN_MINUTES: '120',
        },
      },
    });
  });

  it('is never called again for the same event', () => {
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 0 });
  });
});

describe('the ledger', () => {
  it('is one table for all, paid by use, that outlives the stack and can be set back to any second', () => {
    const template = templateOf([OUTSCALE, OWN_ROLE]);
    template.resourceCountIs('AWS::DynamoDB::Table', 1);
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      },
    });
  });
});

describe('the schedule', () => {
  it('calls each target by its name, every five minutes, without trying again', () => {
    const template = templateOf([OUTSCALE, OWN_ROLE]);
    template.resourceCountIs('AWS::Scheduler::Schedule', 2);
    for (const name of ['paris', 'lyon']) {
      template.hasResourceProperties('AWS::Scheduler::Schedule', {
        ScheduleExpression: 'rate(5 minutes)',
        State: 'ENABLED',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Input: JSON.stringify({ target: name }),
          RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 240 },
        },
      });
    }
  });

  it.each([
    { provider: 'OUTSCALE', targets: [OUTSCALE, OWN_ROLE], name: 'paris', calls: /^OutscaleFunction/ },
    { provider: 'AWS', targets: [OUTSCALE, OWN_ROLE], name: 'lyon', calls: /^AwsFunction/ },
  ])('calls the function of $provider by a role that may call no other', ({ targets, name, calls }) => {
    const template = templateOf(targets);
    const [schedule] = Object.values(
      template.findResources('AWS::Scheduler::Schedule', {
        Properties: { Target: { Input: JSON.stringify({ target: name }) } },
      }),
    );
    const { Arn, RoleArn } = schedule?.Properties.Target ?? {};
    expect(Arn['Fn::GetAtt'][0]).toMatch(calls);
    const policies = template.findResources('AWS::IAM::Policy', {
      Properties: { Roles: [{ Ref: RoleArn['Fn::GetAtt'][0] }] },
    });
    expect(Object.values(policies).flatMap(({ Properties }) => Properties.PolicyDocument.Statement)).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        Effect: 'Allow',
        Resource: [Arn, { 'Fn::Join': ['', [Arn, ':*']] }],
      },
    ]);
  });

  it.each([
    { minutes: 2, rate: 'rate(2 minutes)', patience: 60, timeout: 60 },
    { minutes: 5, rate: 'rate(5 minutes)', patience: 240, timeout: 240 },
    { minutes: 60, rate: 'rate(1 hour)', patience: 3540, timeout: 900 },
  ])(
    'of $minutes minutes leaves a call $patience s and a pass $timeout s',
    ({ minutes, rate, patience, timeout }) => {
      const template = templateOf([OUTSCALE], { minutes });
      template.hasResourceProperties('AWS::Lambda::Function', { Timeout: timeout });
      template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
        MaximumEventAgeInSeconds: patience,
      });
      template.hasResourceProperties('AWS::Scheduler::Schedule', {
        ScheduleExpression: rate,
        Target: { RetryPolicy: { MaximumEventAgeInSeconds: patience } },
      });
    },
  );
});

describe('the outputs', () => {
  it('tell the digest of every policy, and the revision', () => {
    const outputs = Object.values(templateOf([OUTSCALE, OWN_ROLE]).findOutputs('*'));
    expect(outputs).toEqual([
      { Description: 'policy of target paris', Value: OUTSCALE.digest },
      { Description: 'policy of target lyon', Value: OWN_ROLE.digest },
      { Description: 'memory of all targets', Value: { Ref: expect.stringMatching(/^Ledger/) } },
      { Description: 'revision of the policies', Value: 'v1-2-gabcdef0' },
    ]);
  });

  it('keep targets apart whose names differ in a hyphen alone', () => {
    const names = ['a-1', 'a1'].map((name) => target(name, 'aws', null));
    expect(Object.keys(templateOf(names).findOutputs('*'))).toHaveLength(4);
  });
});
