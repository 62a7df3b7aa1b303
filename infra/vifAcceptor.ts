import { relative } from 'node:path';
import { Annotations, Duration, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { type Revision, revisionOf, type Tested, testFiles } from '../language/index.ts';
import { Installation } from './installation.ts';
import { type Notify, validateNotify } from './notificationTarget.ts';
import {
  AVAILABLE_WITHIN_RANGE,
  DeploymentRefused,
  formatValue,
  INTERVAL_RANGE,
  isRecord,
  validateDuration,
  validateText,
} from './validateOptions.ts';
import { findPolicyProblems } from './validateTargets.ts';

export interface VifAcceptorProps {
  /** Folder of the policy files, one a target: `*.yaml`; their cases stand in `cases` below it. */
  readonly policyDir: string;
  /** Who is told what is news and what alarms: an address, a topic, or, by name, nobody. */
  readonly notify: Notify;
  /**
   * From one pass over a target to the next: 2 to 60 whole minutes.
   * @default 5 minutes
   */
  readonly interval?: Duration;
  /**
   * How long what was accepted may take to become `available` before that is told.
   * @default 2 hours
   */
  readonly availableWithin?: Duration;
  /**
   * What the state of the policies is called in reports, outputs and on the dashboard.
   * @default what `git describe` says of policyDir
   */
  readonly revision?: string;
}

/**
 * Accepts hosted private virtual interfaces by the policies of a folder: functions and their schedules, the ledger, messages
 * to people, alarms and a dashboard. One for each account and region is enough; docs/deploy.md says how many targets it takes.
 */
export class VifAcceptor extends Construct {
  /** @throws DeploymentRefused with every reason, when a policy has a fault, fails one of its cases, or could not work where the stack goes */
  constructor(scope: Construct, id: string, props: VifAcceptorProps) {
    super(scope, id);
    // A program in plain JavaScript may have got anything past the types.
    if (!isRecord(props))
      throw new DeploymentRefused([`the third argument must be an object, got ${formatValue(props)}`]);
    const { policyDir, notify, revision } = props;
    const { interval = Duration.minutes(INTERVAL_RANGE.defaultMinutes) } = props;
    const { availableWithin = Duration.minutes(AVAILABLE_WITHIN_RANGE.defaultMinutes) } = props;
    const noFolder = validateText('`policyDir`', policyDir, "the folder of the policies, such as 'policy'");
    const tested = noFolder.length > 0 ? NO_POLICIES : testFiles(forPeople(policyDir));
    const reasons = [
      ...noFolder,
      ...validateNotify(notify, regionOf(this)),
      ...validateDuration('`interval`', interval, INTERVAL_RANGE),
      ...validateDuration('`availableWithin`', availableWithin, AVAILABLE_WITHIN_RANGE),
      ...(revision === undefined ? [] : validateText('`revision`', revision, 'a text')),
      ...findPolicyProblems(tested),
    ];
    if (reasons.length > 0) throw new DeploymentRefused(reasons);
    new Installation(this, 'Default', {
      policies: tested.policies,
      notify,
      interval,
      availableWithin,
      revision: revision ?? namedBy(this, revisionOf(policyDir)),
    });
  }
}

/** Warns when the revision is unknown where git would know it. */
function namedBy(scope: Construct, { name, problem }: Revision): string {
  if (problem !== null)
    Annotations.of(scope).addWarningV2(
      'vif-acceptor:revision',
      `the revision of the policies is unknown: ${problem}`,
    );
  return name;
}

/** Of no folder. */
const NO_POLICIES: Tested = { policies: [], errors: [], results: [], untested: [] };

/** `null` when that is not known yet. */
function regionOf(construct: Construct): string | null {
  const { region } = Stack.of(construct);
  return Token.isUnresolved(region) ? null : region;
}

/** As whoever runs this would name it. */
function forPeople(path: string): string {
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') ? path : near;
}
