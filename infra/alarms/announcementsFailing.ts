import { type AlarmKind, statusCommand, type WatchedTarget } from './kind.ts';
import { repeated } from './watches.ts';

/** It comes by another way than what it is about: from CloudWatch, not over the event bus. */
export const announcementsFailing: AlarmKind<WatchedTarget> = {
  title: 'Announcements failing',
  means: ({ target }) =>
    `What passes over target ${target} have to tell cannot be put on the event bus: nobody hears of held requests and deadlines. ` +
    'They wait in the ledger, and accepting goes on.',
  first: statusCommand,
  watch: (subject) => repeated('AnnouncementFailed', subject),
};
