import { announcementsFailing } from './announcementsFailing.ts';
import { confirmFailing } from './confirmFailing.ts';
import { deadLetters } from './deadLetters.ts';
import { deadlineNear } from './deadlineNear.ts';
import type { AlarmKind, WatchedTarget } from './kind.ts';
import { notAvailable } from './notAvailable.ts';
import { notRunning } from './notRunning.ts';
import { passFailing } from './passFailing.ts';
import { requestExpired } from './requestExpired.ts';

/** What is watched of every target, the most urgent first. Each has its heading in docs/runbook.md. */
export const TARGET_ALARMS: readonly AlarmKind<WatchedTarget>[] = [
  notRunning,
  passFailing,
  deadlineNear,
  requestExpired,
  confirmFailing,
  notAvailable,
  announcementsFailing,
];

export { deadLetters };
