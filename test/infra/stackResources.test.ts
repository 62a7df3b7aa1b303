import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { OTHER_ROLE, OUTSCALE, OWN_ROLE, REVISION, target, templateOf } from './stackFixtures.ts';

describe('the function', () => {
  const template = templateOf([OWN_ROLE, OTHER_ROLE]);

  it('runs on Node 24 on arm64, with its own log group', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 512,
      Handler: 'index.handler',
      LoggingConfig: { LogGroup: { Ref: Match.stringLikeRegexp('Logs') } },
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 });
  });

  it('has an environment with settings only, and no secret', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: {
          POWERTOOLS_SERVICE_NAME: 'vif-acceptor',
          POWERTOOLS_METRICS_NAMESPACE: 'VifAcceptor',
          VIF_ACCEPTOR_TABLE: { Ref: Match.stringLikeRegexp('^Ledger') },
          VIF_ACCEPTOR_AVAILABLE_WITHIN_MINUTES: '120',
        },
      },
    });
  });

  it('is never retried by Lambda for the same event', () => {
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 0 });
  });
});

it('the stack retains only the ledger and the log group of each function', () => {
  const { Resources } = templateOf([OUTSCALE, OWN_ROLE], { notify: { email: 'noc@example.com' } }).toJSON();
  const all = Object.values<{ Type: string; DeletionPolicy?: string; UpdateReplacePolicy?: string }>(
    Resources,
  );
  const kept = all.filter(({ DeletionPolicy = 'Delete' }) => DeletionPolicy !== 'Delete');
  expect(kept.map(({ Type }) => Type).sort()).toEqual([
    'AWS::DynamoDB::Table',
    'AWS::Logs::LogGroup',
    'AWS::Logs::LogGroup',
  ]);
  expect(kept.map(({ UpdateReplacePolicy }) => UpdateReplacePolicy)).toEqual(['Retain', 'Retain', 'Retain']);
});

describe('the ledger', () => {
  it('is one retained table for all targets, billed per request, with point-in-time recovery', () => {
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
  it('invokes the function for each target every five minutes, and retries while Lambda does not take the invocation', () => {
    const template = templateOf([OUTSCALE, OWN_ROLE]);
    template.resourceCountIs('AWS::Scheduler::Schedule', 2);
    for (const name of ['paris', 'lyon']) {
      template.hasResourceProperties('AWS::Scheduler::Schedule', {
        ScheduleExpression: 'rate(5 minutes)',
        State: 'ENABLED',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Input: JSON.stringify({ target: name }),
          RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 240 },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('DeadLetters'), 'Arn'] } },
        },
      });
    }
  });

  it.each([
    { provider: 'OUTSCALE', targets: [OUTSCALE, OWN_ROLE], name: 'paris', calls: /^OutscaleFunction/ },
    { provider: 'AWS', targets: [OUTSCALE, OWN_ROLE], name: 'lyon', calls: /^AwsFunction/ },
  ])('invokes the function of $provider with a role that may invoke no other', ({ targets, name, calls }) => {
    const template = templateOf(targets);
    const [schedule] = Object.values(
      template.findResources('AWS::Scheduler::Schedule', {
        Properties: { Target: { Input: JSON.stringify({ target: name }) } },
      }),
    );
    const { Arn, RoleArn, DeadLetterConfig } = schedule?.Properties.Target ?? {};
    expect(Arn['Fn::GetAtt'][0]).toMatch(calls);
    const role = template.findResources('AWS::IAM::Role')[RoleArn['Fn::GetAtt'][0]];
    const policies: { PolicyDocument: { Statement: unknown[] } }[] = role?.Properties.Policies ?? [];
    expect(policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)).toEqual([
      { Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: Arn },
      { Action: 'sqs:SendMessage', Effect: 'Allow', Resource: DeadLetterConfig.Arn },
    ]);
  });

  it.each([
    { minutes: 2, rate: 'rate(2 minutes)', patience: 60, timeout: 60 },
    { minutes: 5, rate: 'rate(5 minutes)', patience: 240, timeout: 240 },
    { minutes: 60, rate: 'rate(1 hour)', patience: 3540, timeout: 900 },
  ])(
    'of $minutes minutes gives an invocation $patience s and a run $timeout s',
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
  it('contain the digest of every policy, the revision, and the names that commands need', () => {
    const notify = { email: 'noc@example.com' };
    const outputs = Object.values(templateOf([OUTSCALE, OWN_ROLE], { notify }).findOutputs('*'));
    const reference = (pattern: string): object => ({ Ref: expect.stringMatching(pattern) });
    expect(outputs).toEqual([
      { Description: 'policy of target paris', Value: OUTSCALE.digest },
      { Description: 'policy of target lyon', Value: OWN_ROLE.digest },
      { Description: 'revision of the policies', Value: REVISION },
      { Description: 'ledger of all targets', Value: reference('^Ledger') },
      { Description: 'log of function Outscale', Value: reference('^OutscaleLogs') },
      { Description: 'log of function Aws', Value: reference('^AwsLogs') },
      { Description: 'undelivered invocations and notifications', Value: reference('^QueuesDeadLetters') },
      { Description: 'records of failed runs', Value: reference('^QueuesFailedRuns') },
      { Description: 'notifications and alarms', Value: reference('^Topic') },
      { Description: 'dashboard', Value: reference('^Dashboard') },
      {
        Description: 'dashboard',
        Value: { 'Fn::Join': ['', expect.arrayContaining([reference('^Dashboard')])] },
      },
    ]);
  });

  it('distinguish targets whose names differ only in a hyphen', () => {
    const own = Object.values(
      templateOf(['a-1', 'a1'].map((name) => target(name, 'aws', null))).findOutputs('*'),
    );
    expect(own.map(({ Description }) => Description)).toEqual(
      expect.arrayContaining(['policy of target a-1', 'policy of target a1']),
    );
  });
});
