import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { decide } from '../../core/decide.ts';
import { occupies, withAssignment } from '../../core/decisionContext.ts';
import type { Match } from '../../core/fields/evaluateMatch.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Grant, Owner, Policy } from '../../core/policy.ts';
import { matchesForCertain } from '../oracle/matchOracle.ts';
import { NOW, RECIPIENT_ACCOUNT } from '../support/builders.ts';
import { whenAccepted } from '../support/decisionInputs.ts';
import { anIntent } from '../support/ledgerBuilders.ts';

/** The owner of the connection or, on a shared one, the one of which a pinned grant matches. */
function ownerOf(policy: Policy, request: VirtualInterface): Owner | undefined {
  const { connection } = request;
  return policy.owners.find(({ connections, sharedConnections, grants }) => {
    if (connections.some((one) => one === connection)) return true;
    const isPinned = ({ id, bgpKey }: Match) => id !== null || (bgpKey ?? 'required') !== 'required';
    return (
      sharedConnections.some((one) => one === connection) &&
      grants.some(
        ({ type, match }) => type === request.type && isPinned(match) && matchesForCertain(match, request),
      )
    );
  });
}

function isCurrent({ from, until }: Grant): boolean {
  const now = NOW.toISOString();
  return (from === null || from <= now) && (until === null || now < until);
}

/** Conditions with all values of the drawn requests. */
const USUAL: Partial<Match> = {
  vlan: [[101, 106]],
  name: ['acme-*', 'spare'],
  location: ['PAR1', 'LON1'],
  mtu: [1500, 9001],
  tags: { env: ['prod', 'lab'] },
};

describe('every accepted request', () => {
  it('is accepted for the owner of the connection, on a gateway that a current grant of this owner names', () => {
    whenAccepted((accept, policy, request) => {
      const owner = ownerOf(policy, request);
      expect(owner?.name).toBe(accept.owner);
      const named = owner?.grants.filter(({ name }) => accept.grants.includes(name)) ?? [];
      expect(named.map(({ name }) => name).sort()).toEqual([...accept.grants]);
      expect(accept.grant).toBe(accept.grants[0]);
      for (const grant of named) {
        expect([grant.gateway, isCurrent(grant)]).toEqual([accept.gateway, true]);
        expect(matchesForCertain(grant.match, request)).toBe(true);
      }
    });
  });

  it('has the type of its grants, and is confirming, readable, and offered to the recipient or by the account of its owner', () => {
    whenAccepted(({ type }, policy, request) => {
      expect(request).toMatchObject({ type, state: 'confirming', readErrors: [] });
      const accounts = [
        RECIPIENT_ACCOUNT,
        policy.recipient.provider === 'outscale' && ownerOf(policy, request)?.account,
      ];
      expect(accounts).toContain(request.ownerAccount);
    });
  });

  it('is held if a field is changed so that no grant can match', () => {
    const outlandish = {
      connection: 'dxcon-outlandish',
      vlan: 4094,
      name: 'ACME',
      location: 'MARS',
      mtu: 1,
      tags: { env: 'moon' },
    } as const;
    whenAccepted((_, policy, request, context) => {
      const owners = policy.owners.map((owner) => ({
        ...owner,
        grants: owner.grants.map((grant) => ({ ...grant, match: { ...grant.match, ...USUAL } })),
      }));
      for (const [field, value] of Object.entries(outlandish)) {
        const changed = { ...request, [field]: value };
        expect(decide({ ...policy, owners }, changed, context, NO_DEADLINE, NOW).verdict).toBe('hold');
      }
    });
  });

  it('takes a slot of the run, and of every limit that counts it', () => {
    whenAccepted((accept, policy, request, context) => {
      const assignment = {
        at: NOW.toISOString(),
        owner: accept.owner,
        grants: accept.grants,
        gateway: accept.gateway,
      };
      const listed = { ...context, interfaces: [...context.interfaces, request] };
      const after = withAssignment(listed, request.id, assignment);
      const occupying = (so: typeof context) => so.interfaces.filter((vif) => occupies(vif, so, 'another'));
      expect(after.acceptedThisRun).toBe(context.acceptedThisRun + 1);
      expect(occupying(after)).toHaveLength(occupying(context).length + 1);
      const owner = ownerOf(policy, request);
      // On a shared connection, not everything is attributed to this owner.
      const used = occupying(after).filter(({ connection }) =>
        owner?.connections.some((one) => one === connection),
      );
      if (owner?.limit != null) expect(used.length).toBeLessThanOrEqual(owner.limit);
    });
  });

  it('is still accepted when it is tried again with its own intent in the ledger', () => {
    whenAccepted((accept, policy, request, context) => {
      const assignment = {
        at: NOW.toISOString(),
        owner: accept.owner,
        grants: accept.grants,
        gateway: accept.gateway,
      };
      const intents = { ...context.intents, [request.id]: anIntent({ ...assignment, listings: 1 }) };
      const again = { ...context, interfaces: [...context.interfaces, request], intents };
      expect(decide(policy, request, again, NO_DEADLINE, NOW)).toEqual(accept);
    });
  });
});
