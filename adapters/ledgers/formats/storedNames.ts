import type { ItemKind } from './format1.ts';
import { createRenaming, type Renaming } from './renameStoredKeys.ts';

/** What is stored: items, records of the history, and why runs fail. */
export type StoredKind = ItemKind | 'failing';

const REASON_CODES = { 'pass-limit': 'run-limit' };
const FAILURE_CODES = { announcement: 'event-delivery' };
const EVENT_TYPES = { 'Pass Failed': 'Run Failed' };

/**
 * The keys and words on disk (old), and what the code calls them (new). Stored names never change, so that every release since
 * 0.1.0 reads what another one wrote: when the code renames a key or a word that is stored, add a line here.
 */
export const STORED_NAMES: Readonly<Record<StoredKind, Renaming>> = {
  sighting: createRenaming({
    keys: {
      told: 'published',
      'told.marks': 'thresholds',
    },
    words: {
      'told.codes[]': REASON_CODES,
      'held[].code': REASON_CODES,
    },
  }),
  intent: createRenaming({
    keys: {
      grounds: 'evidence',
      'grounds.request.faults': 'readErrors',
    },
  }),
  acceptance: createRenaming({
    keys: {
      told: 'publishedProblem',
      timesTold: 'publishedCount',
    },
  }),
  announcement: createRenaming({
    keys: {
      'detail.forPeople': 'notification',
      'detail.acceptByHand': 'manualOverrideCommand',
      'detail.request.faults': 'readErrors',
    },
    words: {
      type: EVENT_TYPES,
      'detail.reasons[].code': REASON_CODES,
      'detail.failures[].code': FAILURE_CODES,
    },
  }),
  receipt: createRenaming({
    keys: {
      'request.faults': 'readErrors',
    },
    words: {
      'answer.by': { laterPass: 'laterRun' },
    },
  }),
  ended: createRenaming({
    words: {
      'held[].code': REASON_CODES,
    },
  }),
  failing: createRenaming({
    words: {
      'codes[]': FAILURE_CODES,
    },
  }),
};
