import { type AlarmKind, statusCommand, type WatchedTarget } from './kind.ts';
import { repeated } from './watches.ts';

export const confirmFailing: AlarmKind<WatchedTarget> = {
  title: 'Confirm failing',
  means: ({ target }) =>
    `Requests to target ${target} are allowed, and confirming them keeps failing. They stay pending and can expire. ` +
    'Each pass tries again.',
  first: statusCommand,
  watch: (subject) => repeated('ConfirmFailed', subject),
};
