import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { OTHER_ROLE, OUTSCALE, OWN_ROLE, REVISION, target, templateOf } from './stackFixtures.ts';

/** The environment of the function with this logical ID. */
function environmentOf(template: Template, id: RegExp): object {
  const [, found] =
    Object.entries(template.findResources('AWS::Lambda::Function')).find(([key]) => id.test(key)) ?? [];
  return found?.Properties.Environment.Variables;
}

describe('the watcher', () => {
  const template = templateOf([OUTSCALE, OWN_ROLE], { minutes: 15 });

  it('is one function of the deployment, invoked every minute, with the policies of all functions', () => {
    const [[id, watcher] = []] = Object.entries(
      template.findResources('AWS::Lambda::Function', { Properties: { MemorySize: 256 } }),
    );
    const layers = Object.keys(template.findResources('AWS::Lambda::LayerVersion'));
    expect(watcher?.Properties.Layers).toEqual(layers.map((Ref) => ({ Ref })));
    expect(layers).toHaveLength(2);
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 minute)',
      Target: {
        Arn: { 'Fn::GetAtt': [id, 'Arn'] },
        Input: '{}',
        RetryPolicy: { MaximumEventAgeInSeconds: 60 },
      },
    });
  });

  it('knows its deployment and how often runs are scheduled', () => {
    expect(environmentOf(template, /^WatcherFunction/)).toEqual({
      POWERTOOLS_SERVICE_NAME: 'vif-acceptor',
      POWERTOOLS_METRICS_NAMESPACE: 'VifAcceptor',
      VIF_ACCEPTOR_TABLE: { Ref: expect.stringMatching(/^Ledger/) },
      VIF_ACCEPTOR_EVENT_RESOURCE: { 'Fn::GetAtt': [expect.stringMatching(/^Ledger/), 'Arn'] },
      VIF_ACCEPTOR_DEPLOYMENT: 'VifAcceptor',
      VIF_ACCEPTOR_INTERVAL_MINUTES: '15',
    });
  });

  it('may read the state of targets and keep its own, and has no permission at a provider', () => {
    const roles = Object.entries(template.findResources('AWS::IAM::Role'));
    const [, role] = roles.find(([id]) => id.startsWith('WatcherRole')) ?? [];
    const policies: { PolicyDocument: { Statement: object[] } }[] = role?.Properties.Policies ?? [];
    const Resource = { 'Fn::GetAtt': [expect.stringMatching(/^Ledger/), 'Arn'] };
    const leading = (key: string) => ({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [key] } });
    expect(policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)).toEqual([
      { Effect: 'Allow', Action: 'dynamodb:BatchGetItem', Resource, Condition: leading('live#*') },
      {
        ...{ Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:PutItem'], Resource },
        Condition: leading('watch#VifAcceptor'),
      },
      expect.objectContaining({ Action: 'events:PutEvents' }),
      expect.objectContaining({ Action: ['logs:CreateLogStream', 'logs:PutLogEvents'] }),
      expect.objectContaining({ Action: 'sqs:SendMessage' }),
    ]);
  });
});

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
    expect(environmentOf(template, /^AwsFunction/)).toEqual({
      POWERTOOLS_SERVICE_NAME: 'vif-acceptor',
      POWERTOOLS_METRICS_NAMESPACE: 'VifAcceptor',
      VIF_ACCEPTOR_TABLE: { Ref: expect.stringMatching(/^Ledger/) },
      VIF_ACCEPTOR_EVENT_RESOURCE: { 'Fn::GetAtt': [expect.stringMatching(/^Ledger/), 'Arn'] },
      VIF_ACCEPTOR_AVAILABLE_WITHIN_MINUTES: '120',
      VIF_ACCEPTOR_TARGET_METRICS: 'false',
    });
  });

  it('writes metrics of each target only with the option for them', () => {
    const environment = environmentOf(templateOf([OWN_ROLE], { targetMetrics: true }), /^AwsFunction/);
    expect(environment).toMatchObject({ VIF_ACCEPTOR_TARGET_METRICS: 'true' });
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
    template.resourceCountIs('AWS::Scheduler::Schedule', 3);
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
  it('contain the revision, and the names that commands need', () => {
    const notify = { email: 'noc@example.com' };
    const outputs = Object.values(templateOf([OUTSCALE, OWN_ROLE], { notify }).findOutputs('*'));
    const reference = (pattern: string): object => ({ Ref: expect.stringMatching(pattern) });
    expect(outputs).toEqual([
      { Description: 'revision of the policies', Value: REVISION },
      { Description: 'ledger of all targets', Value: reference('^Ledger') },
      { Description: 'log of function Outscale', Value: reference('^OutscaleLogs') },
      { Description: 'log of function Aws', Value: reference('^AwsLogs') },
      { Description: 'log of the watcher', Value: reference('^WatcherLogs') },
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

  it('are as many for any number of targets', () => {
    const outputs = (count: number) => {
      const policies = Array.from({ length: count }, (_, i) => target(`t${i}`, 'aws', null));
      return Object.keys(templateOf(policies).findOutputs('*')).length;
    };
    expect(outputs(30)).toBe(outputs(1));
  });
});

it('the metadata of the template contain the digest of every policy', () => {
  const policies = ['a-1', 'a1'].map((name) => target(name, 'aws', null));
  const { Metadata } = templateOf(policies).toJSON();
  expect(Metadata.VifAcceptorPolicies).toEqual({ 'a-1': policies[0]?.digest, a1: policies[1]?.digest });
});
