import type { PolicyDraft } from '../draft.ts';
import type { Finding } from '../fault.ts';

/** Something that joins several places of one file. It judges what can be read and is silent on the rest. */
export type Rule = (draft: PolicyDraft) => readonly Finding[];
