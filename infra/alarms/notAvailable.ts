import { type AlarmKind, statusCommand, type WatchedTarget } from './kind.ts';
import { once } from './watches.ts';

/** The time that an interface may take is waited for before it is measured (`availableWithin`): one report is enough. */
export const notAvailable: AlarmKind<WatchedTarget> = {
  title: 'Accepted but not available',
  means: ({ target }) =>
    `Something is wrong with an interface that was accepted for target ${target}: it did not come up in time, is gone, is on ` +
    'another gateway, or its gateway leads nowhere. It carries no traffic, or to the wrong place.',
  first: statusCommand,
  watch: (subject) => once('NotAvailable', subject),
};
