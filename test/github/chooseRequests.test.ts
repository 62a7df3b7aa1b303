import { describe, expect, it } from 'vitest';
import { type Candidate, chooseRequests } from '../../cli/propose/chooseRequests.ts';
import type { ExistingPull } from '../../cli/propose/planActions.ts';
import { localForge } from '../../cli/propose/planActions.ts';
import { readMarkers } from '../../cli/propose/proposal.ts';
import { proposalOf } from './forge.ts';

const NOW = new Date('2026-11-30T12:00:00Z');

function candidateOf(
  id: string,
  owner: string | null,
  expires: string | null = null,
  connection = 'dxcon-1',
): Candidate {
  return { key: proposalOf(id).key, target: 'hub', owner, connection, expires };
}

/** A pull request for a request, opened a week ago. */
function pullOf(
  id: string,
  number: number,
  more: Partial<ExistingPull> & { kind?: 'ready' | 'draft' } = {},
): ExistingPull {
  const { kind = 'ready', ...given } = more;
  const { body, branch } = proposalOf(id, 'x\n', { kind });
  return {
    ...{ number, branch, body, base: 'main', head: '0', createdAt: '2026-11-23T12:00:00Z' },
    ...{ isOpen: true, isMerged: false, isDraft: kind === 'draft', mergesItself: false },
    markers: readMarkers(body),
    ...given,
  };
}

function choose(candidates: readonly Candidate[], pulls: readonly ExistingPull[] = [], max = 3) {
  const chosen = chooseRequests(candidates, { ...localForge([]), pulls }, max, NOW);
  return { ...chosen, fresh: chosen.fresh.map(({ key }) => key.id) };
}

const ids = (start: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `dxvif-${start}${i}`);

describe('the order of proposals', () => {
  it('lets owners take turns, so that none keeps the others waiting', () => {
    const many = ids('a', 5).map((id) => candidateOf(id, 'acme', '2026-12-01T00:00:00Z'));
    const one = candidateOf('dxvif-z', 'beta', '2026-12-05T00:00:00Z');
    expect(choose([...many, one]).fresh.slice(0, 3)).toEqual(['dxvif-a0', 'dxvif-z', 'dxvif-a1']);
    // What is open already counts.
    const [first, ...rest] = many;
    const open = pullOf('dxvif-a0', 1);
    expect(choose([...(first === undefined ? [] : [first]), ...rest, one], [open]).fresh[0]).toBe('dxvif-z');
  });

  it('begins with the earliest expiry, and with one that is unknown before that', () => {
    const [a, b, c] = [
      candidateOf('dxvif-a', null, '2026-12-02T00:00:00Z'),
      candidateOf('dxvif-b', null),
      candidateOf('dxvif-c', null, '2026-12-01T00:00:00Z'),
    ];
    expect(choose([a, b, c]).fresh).toEqual(['dxvif-b', 'dxvif-c', 'dxvif-a']);
  });

  it('lets the connections of unknown requesters take turns, whatever their expiry', () => {
    const many = ids('u', 30).map((id) => candidateOf(id, null, '2026-12-01T00:00:00Z'));
    const one = candidateOf('dxvif-z', null, '2026-12-05T00:00:00Z', 'dxcon-2');
    const order = choose([...many, one]).fresh;
    expect([order[0], order[1], order.length]).toEqual(['dxvif-u0', 'dxvif-z', 31]);
    // What is open on a connection already counts, and an owner's request there does not.
    const pulls = [pullOf('dxvif-u0', 1, { kind: 'draft' }), pullOf('dxvif-a', 2)];
    const owned = candidateOf('dxvif-a', 'acme', null, 'dxcon-2');
    expect(choose([...many, one, owned], pulls).fresh[0]).toBe('dxvif-z');
  });

  it('leaves out what a person closed or merged', () => {
    const pulls = [
      pullOf('dxvif-a', 1, { isOpen: false }),
      pullOf('dxvif-b', 2, { isOpen: false, isMerged: true }),
    ];
    const { fresh, settled } = choose(
      [candidateOf('dxvif-a', 'acme'), candidateOf('dxvif-b', 'acme')],
      pulls,
    );
    expect([fresh, settled.map(({ code }) => code)]).toEqual([[], ['closed-by-person', 'merged']]);
  });
});

describe('the slots for new pull requests', () => {
  it('are those that open ones leave, apart for owners and for unknown requesters', () => {
    const drafts = ids('u', 2).map((id, i) => pullOf(id, i + 1, { kind: 'draft' }));
    const candidates = [...ids('u', 9).map((id) => candidateOf(id, null)), candidateOf('dxvif-a', 'acme')];
    expect(choose(candidates, drafts).slots).toEqual({ owners: 3, unknown: 1 });
    expect(choose(candidates, [...drafts, pullOf('dxvif-a', 9)]).slots).toEqual({ owners: 2, unknown: 1 });
  });

  it('for unknown requesters count also what was opened within a day and is closed', () => {
    const closed = ids('u', 3).map((id, i) =>
      pullOf(id, i + 1, { kind: 'draft', isOpen: false, createdAt: '2026-11-30T00:00:00Z' }),
    );
    expect(choose([], closed).slots.unknown).toBe(0);
    expect(
      choose(
        [],
        closed.map((one) => ({ ...one, createdAt: '2026-11-29T00:00:00Z' })),
      ).slots.unknown,
    ).toBe(3);
  });
});
