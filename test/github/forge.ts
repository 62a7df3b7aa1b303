import { applyActions } from '../../cli/github/applyActions.ts';
import { readForge } from '../../cli/github/readForge.ts';
import { openRepository, readRepositorySettings } from '../../cli/github/repository.ts';
import { planActions, type TargetRequests } from '../../cli/propose/planActions.ts';
import { addMarkers, branchOf, type Proposal } from '../../cli/propose/proposal.ts';
import type { GitHub } from './githubServer.ts';

const KEY = { provider: 'outscale', region: 'eu-west-2', account: '012345678901' } as const;

/** Writes at once, and waits milliseconds where GitHub asks for seconds. */
const AT_ONCE = {
  key: () => ({
    schedule: (_: unknown, make: (...given: unknown[]) => unknown, ...given: unknown[]) => make(...given),
  }),
};
const FAST = {
  throttle: { write: AT_ONCE, notifications: AT_ONCE, retryAfterBaseValue: 1 },
  retry: { retryAfterBaseValue: 1 },
};

export function connectTo(github: GitHub, lines: string[] = []) {
  const settings = readRepositorySettings(github.env, undefined);
  if (settings === null) throw new Error('the server gives a token');
  return openRepository(settings, (line) => lines.push(line), FAST);
}

export const POLICY_PATH = 'policy/hub.yaml';
const CASES_PATH = 'policy/cases/hub.yaml';
export const OLD = 'old\n';

/** A proposal whose edit is a text. */
export function proposalOf(id: string, text = `new ${id}\n`, more: Partial<Proposal> = {}): Proposal {
  const key = { ...KEY, id };
  const title = `hub: accept request ${id} of acme`;
  const kind = more.kind ?? 'ready';
  return {
    key,
    target: 'hub',
    kind,
    branch: branchOf('hub', id),
    title,
    deadline: null,
    body: addMarkers({ key, kind, title }, `the text for ${text}`),
    commitMessage: `policy: accept request ${id} of target hub\n`,
    files: [{ path: POLICY_PATH, old: OLD, text }],
    ownPaths: [POLICY_PATH, CASES_PATH],
    ...more,
  };
}

export function targetOf(proposals: readonly Proposal[], more: Partial<TargetRequests> = {}): TargetRequests {
  return {
    ...KEY,
    target: 'hub',
    isComplete: true,
    proposals,
    unproposed: [],
    ownPaths: [POLICY_PATH, CASES_PATH],
    endings: new Map(),
    ...more,
  };
}

/** One run of the command against the server: what it did about each request, and how that ended. */
export async function propose(github: GitHub, target: TargetRequests): Promise<string[]> {
  const repository = connectTo(github);
  const forge = await readForge(repository, null);
  const results = await applyActions(repository, forge, planActions([target], forge));
  return results.map(({ action, outcome }) => {
    const what =
      action.kind === 'nothing' ? action.code : action.kind === 'remark' ? action.remark.code : action.kind;
    return outcome === 'done' ? what : `${what} ${outcome}`;
  });
}
