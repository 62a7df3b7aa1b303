import { type AlarmKind, statusCommand, type WatchedTarget } from './kind.ts';
import { once } from './watches.ts';

/** One is too many: whatever expires was announced when it was held and at every mark, or else something is broken. */
export const requestExpired: AlarmKind<WatchedTarget> = {
  title: 'Request expired',
  means: ({ target }) =>
    `A request to target ${target} expired unaccepted. If the policy allowed it, the one promise was broken; ` +
    'if nobody wanted it, nothing is lost.',
  first: statusCommand,
  watch: (subject) => once('Expired', subject),
};
