import { relative } from 'node:path';
import { Annotations, Duration, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { isRecord } from '../core/decoders.ts';
import { formatDiagnostic } from '../language/diagnostic.ts';
import { type Revision, readRevision } from '../language/policyRevision.ts';
import { type TestedPolicies, testPolicyFiles } from '../language/policyTests/runPolicyTests.ts';
import { type ChatTopic, validateChatTopic } from './chatNotifications.ts';
import { Installation } from './installation.ts';
import { type Notify, validateNotify } from './notifications.ts';
import {
  AVAILABLE_WITHIN_RANGE,
  DeploymentRefused,
  formatValue,
  INTERVAL_RANGE,
  validateDuration,
  validateFlag,
  validateText,
} from './validateOptions.ts';
import { findPolicyProblems } from './validateTargets.ts';

export interface VifAcceptorProps {
  /** Folder of the policy files, `*.yaml`, one per target. Its subfolder `cases` contains their policy tests. */
  readonly policyDir: string;
  /** Who gets notifications and alarms: an e-mail address, a topic, or explicitly `'nobody'`. */
  readonly notify: Notify;
  /**
   * A second topic, for chat channels: `'new'` creates it. Its messages have the form that Amazon Q Developer in chat applications
   * takes, for Slack and Microsoft Teams.
   * @default none
   */
  readonly chatTopic?: ChatTopic;
  /**
   * Time between two runs for a target: 2 to 60 whole minutes.
   * @default 5 minutes
   */
  readonly interval?: Duration;
  /**
   * How long an accepted interface may take to become `available` before it is reported.
   * @default 2 hours
   */
  readonly availableWithin?: Duration;
  /**
   * Whether the function looks up in CloudTrail, or in the API logs of OUTSCALE, who changed an interface manually. Its event then waits
   * for up to 20 minutes.
   * @default false
   */
  readonly auditLog?: boolean;
  /**
   * Whether each run writes metrics with the dimension `target`, which the dashboard then shows as graphs. They cost about $3 a month
   * for each target. Alarms do not need them.
   * @default false: the log and the dashboard have the values of each target
   */
  readonly targetMetrics?: boolean;
  /**
   * Revision of the policies, shown in reports, outputs and on the dashboard.
   * @default the output of `git describe` in policyDir
   */
  readonly revision?: string;
}

/**
 * Accepts hosted private virtual interfaces by the policies of a folder: functions and their schedules, the ledger, notifications,
 * alarms and a dashboard. One per account and region is enough; docs/deploy.md has the maximum number of targets.
 */
export class VifAcceptor extends Construct {
  /** @throws DeploymentRefused with all reasons, if a policy is invalid, fails a policy test, or could not work in the stack */
  constructor(scope: Construct, id: string, props: VifAcceptorProps) {
    super(scope, id);
    // A plain JavaScript program may pass values of other types.
    if (!isRecord(props))
      throw new DeploymentRefused([`the third argument must be an object, got ${formatValue(props)}`]);
    const { policyDir, notify, chatTopic, revision, auditLog = false, targetMetrics = false } = props;
    const { interval = Duration.minutes(INTERVAL_RANGE.defaultMinutes) } = props;
    const { availableWithin = Duration.minutes(AVAILABLE_WITHIN_RANGE.defaultMinutes) } = props;
    const folderErrors = validateText(
      '`policyDir`',
      policyDir,
      "the folder of the policies, such as 'policy'",
    );
    const tested = folderErrors.length > 0 ? NO_POLICIES : testPolicyFiles(shortPath(policyDir));
    const reasons = [
      ...folderErrors,
      ...validateNotify(notify, knownRegion(this)),
      ...validateChatTopic(chatTopic, knownRegion(this)),
      ...validateDuration('`interval`', interval, INTERVAL_RANGE),
      ...validateDuration('`availableWithin`', availableWithin, AVAILABLE_WITHIN_RANGE),
      ...validateFlag('`auditLog`', auditLog),
      ...validateFlag('`targetMetrics`', targetMetrics),
      ...(revision === undefined ? [] : validateText('`revision`', revision, 'a text')),
      ...findPolicyProblems(tested),
    ];
    if (reasons.length > 0) throw new DeploymentRefused(reasons);
    for (const warning of tested.policies.flatMap(({ warnings }) => warnings))
      Annotations.of(this).addWarningV2(`vif-acceptor:${warning.code}`, formatDiagnostic(warning));
    new Installation(this, 'Default', {
      policies: tested.policies,
      notify,
      chatTopic: chatTopic ?? null,
      interval,
      availableWithin,
      auditLog,
      targetMetrics,
      revision: revision ?? nameOrWarn(this, readRevision(policyDir)),
    });
  }
}

/** Warns if the revision is unknown although the folder is in a git repository. */
function nameOrWarn(scope: Construct, { name, problem }: Revision): string {
  if (problem !== null)
    Annotations.of(scope).addWarningV2(
      'vif-acceptor:revision',
      `the revision of the policies is unknown: ${problem}`,
    );
  return name;
}

const NO_POLICIES: TestedPolicies = { policies: [], errors: [], results: [], untested: [] };

/** The stack's region; `null` if it is not known yet. */
function knownRegion(construct: Construct): string | null {
  const { region } = Stack.of(construct);
  return Token.isUnresolved(region) ? null : region;
}

/** Relative to the current folder if it is below that, for messages. */
function shortPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') ? path : near;
}
