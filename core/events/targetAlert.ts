import { ALERTS, type AlertCode } from '../alerts.ts';
import { formatList } from '../printableText.ts';
import { type AcceptorEvent, createEvent, type EventOrigin, NOTHING_TO_DO } from './event.ts';

/** The alerts that no event of a run names: the watcher publishes when they are raised and when they are resolved. */
export type WatchedAlertCode = {
  [Code in AlertCode]: (typeof ALERTS)[Code]['event'] extends null ? Code : never;
}[AlertCode];

/** A change of an alert of a target. */
export interface AlertChange {
  readonly code: WatchedAlertCode;
  readonly status: 'raised' | 'resolved';
  /** when the condition of the alert began */
  readonly since: string;
  /** the last run that was recorded when the alert changed; `null`: none. It distinguishes this change from an earlier one */
  readonly lastRun: string | null;
  /** problem codes of the last failed run; empty if none is known */
  readonly failureCodes: readonly string[];
  /**
   * `policy-refused`: it is raised because the deployed policy is refused; `removed`: it is resolved because the target is no longer
   * part of the deployment; `null`: because of the recorded runs
   */
  readonly cause: 'policy-refused' | 'removed' | null;
}

/** Reports that a target needs a person, and that it no longer does. */
export function createTargetAlertEvent(
  origin: EventOrigin,
  at: string,
  { code, status, since, lastRun, failureCodes, cause }: AlertChange,
  table: string,
): AcceptorEvent {
  const { target } = origin;
  const { title } = ALERTS[code];
  const { what, why: whyRaised, byWhen, command } = TEXTS[code];
  const why = cause === 'policy-refused' ? POLICY_REFUSED : whyRaised;
  const causes =
    cause === 'policy-refused'
      ? ' (the deployed policy is refused)'
      : failureCodes.length === 0
        ? ''
        : ` (last failure: ${formatList(failureCodes)})`;
  const detail =
    status === 'raised'
      ? {
          message: `target \`${target}\`: ${title.toLowerCase()}: ${what} since ${since}${causes}`,
          notification: {
            who: NOTHING_TO_DO,
            why: cause === null ? `${why}${causes}` : why,
            byWhen,
            toDo: `vif-acceptor ${command} --policy policy/${target}.yaml --ledger dynamodb:${table}, then the runbook`,
          },
        }
      : {
          message: `target \`${target}\`: ${title.toLowerCase()}: resolved${cause === 'removed' ? `, because the deployment no longer has the target` : ''}; it lasted from ${since} to ${at}`,
          notification: {
            who: NOTHING_TO_DO,
            why:
              cause === 'removed'
                ? 'the target was removed from the deployment, which no longer runs for it or watches it'
                : 'the runs that are recorded no longer show it',
            byWhen: NOTHING_TO_DO,
            toDo: NOTHING_TO_DO,
          },
        };
  return createEvent('Target Alert', origin, at, [code, status, since, lastRun], {
    ...detail,
    alert: code,
    status,
    since,
    failureCodes: [...failureCodes],
    cause,
  });
}

/** What a person reads about an alert. `what` continues with `since …`. */
interface AlertTexts {
  readonly what: string;
  readonly why: string;
  readonly byWhen: string;
  /** the command that shows more */
  readonly command: 'status' | 'doctor';
}

const POLICY_REFUSED =
  'the function refuses the deployed policy, so it does nothing for this target; its log says why: compile and deploy the policy again';
const BEFORE_EXPIRY = 'before the next pending request expires';

const TEXTS: Readonly<Record<WatchedAlertCode, AlertTexts>> = {
  'not-running': {
    what: 'no run has finished, so nothing is accepted and no deadline warning is published,',
    why: 'runs do not start, are ended before they finish, or cannot write to the ledger: a run that cannot reach its ledger records nothing',
    byWhen: BEFORE_EXPIRY,
    command: 'status',
  },
  'run-failing': {
    what: 'more than half of the runs have failed, so requests may be neither accepted nor reported,',
    why: 'runs fail repeatedly, so the problem does not resolve itself',
    byWhen: BEFORE_EXPIRY,
    command: 'doctor',
  },
  'confirm-failing': {
    what: 'confirms of requests that the policy allows have failed repeatedly',
    why: 'the API refuses the confirms or does not answer; each run tries again',
    byWhen: BEFORE_EXPIRY,
    command: 'status',
  },
  'event-delivery-failing': {
    what: 'events could not be delivered, so people are not notified of held requests and near expiry,',
    why: 'the receiver of the events refuses them or does not answer; they wait in the ledger',
    byWhen: BEFORE_EXPIRY,
    command: 'status',
  },
};
