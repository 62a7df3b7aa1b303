import { describe, expect, it } from 'vitest';
import { type Actor, type ActorResult, UNKNOWN_ACTORS } from '../../core/actor.ts';
import { awaitedActor, findActor } from '../../core/awaitedActor.ts';
import { addActor, awaitActor, describeActor } from '../../core/events/actorOfEvent.ts';
import { createEvent, type EventType } from '../../core/events/event.ts';
import { EMPTY_LEDGER } from '../../core/ledgerState.ts';
import type { Provider } from '../../core/model.ts';

const AT = '2026-11-10T11:00:00.000Z';
const ID = 'dxvif-aaaaaaaa';
const ACTOR: Actor = {
  operation: 'ConfirmPrivateVirtualInterface',
  at: '2026-11-10T10:58:00.000Z',
  identity: 'arn:aws:sts::012345678901:assumed-role/Network/someone@example.com',
  account: '012345678901',
  source: '203.0.113.7',
  agent: 'aws-cli/2.30.0',
  gateway: 'vgw-12345678',
};
const CHANGE = { action: 'accept', id: ID, type: 'private', ended: null } as const;

function anEvent(type: EventType = 'Request Ended') {
  const origin = {
    target: 'acme',
    provider: 'aws',
    region: 'eu-west-1',
    account: '012345678901',
    policy: { digest: 'sha256:0', revision: 'v1' },
  } as const;
  const notification = { who: '-', why: '-', byWhen: '-', toDo: '-' };
  return {
    origin,
    event: createEvent(type, origin, AT, [ID], { message: 'it ended', notification }),
  };
}

describe('the period in which an actor is looked for', () => {
  it.each([
    ['an hour before the last listing', '2026-11-10T10:55:00.000Z', '2026-11-10T09:55:00.000Z'],
    ['a week, if the last listing is older', '2026-10-01T00:00:00.000Z', '2026-11-03T11:00:00.000Z'],
    ['a week, if nothing is known', null, '2026-11-03T11:00:00.000Z'],
  ])('begins %s', (_, before, since) => {
    expect(awaitedActor(CHANGE, before, AT)).toMatchObject({ since, until: '2026-11-10T11:20:00.000Z' });
  });
});

describe('the actor of a change', () => {
  const awaited = awaitedActor(CHANGE, '2026-11-10T10:55:00.000Z', AT);
  const call = { id: ID, action: 'accept', actor: ACTOR } as const;

  it('is that of the latest call about the interface', () => {
    const earlier = { ...call, actor: { ...ACTOR, at: '2026-11-10T10:57:00.000Z', identity: 'another' } };
    expect(findActor(awaited, [earlier, call, earlier])).toEqual(ACTOR);
  });

  it.each([
    ['another interface', { ...call, id: 'dxvif-bbbbbbbb' }],
    ['another action', { ...call, action: 'delete' }],
    ['an earlier time', { ...call, actor: { ...ACTOR, at: '2026-11-10T09:54:59.000Z' } }],
  ] as const)('is not that of a call about %s', (_, other) => {
    expect(findActor(awaited, [other])).toBeNull();
  });
});

describe('an event with its actor', () => {
  it.each<ActorResult>([{ status: 'found', actor: ACTOR }, ...UNKNOWN_ACTORS.map((status) => ({ status }))])(
    'has the same ID, waits no longer, and says what became of looking: $status',
    (result) => {
      const { event, origin } = anEvent();
      const waiting = awaitActor(
        event,
        { ...CHANGE, acceptedAt: null },
        { origin, state: EMPTY_LEDGER, at: AT },
      );
      expect(waiting.awaitedActor).toBeDefined();
      const { id, awaitedActor: left, detail } = addActor(waiting, 'accept', result);
      expect({ id, left }).toEqual({ id: event.id, left: undefined });
      expect(detail).toMatchObject({ actorLookup: result.status, actor: 'actor' in result ? ACTOR : null });
      expect(String(detail.message).startsWith('it ended; ')).toBe(true);
      expect(Object(detail.notification)).toMatchObject({ who: '-', why: expect.not.stringContaining('-;') });
    },
  );

  it('is safe to print and in a template, whatever the caller chose', () => {
    const { event } = anEvent();
    const hostile = '"}, {"a": "\\\n\u001b[2J\u202e##[add-mask]x https://evil.example/';
    const actor = {
      ...ACTOR,
      identity: hostile,
      source: hostile,
      agent: hostile,
      gateway: hostile,
      account: hostile,
    };
    const { detail } = addActor(event, 'accept', { status: 'found', actor });
    const { why, toDo } = Object(detail.notification);
    const texts = [String(detail.message), String(why), String(toDo)];
    for (const text of texts) {
      expect(text).not.toMatch(/["\\\n\p{Cc}\u202e]|##\[|https:\/\//u);
      expect(text).toContain('evil.example');
    }
  });

  it.each([
    ['Request Ended', 'accept', true],
    ['Accepted Interface Not Available', 'accept', false],
    ['Accepted Interface Not Available', 'delete', false],
  ] as const)('has advice to ask the actor, in %s after %s', (type, action, hasGateway) => {
    const { detail } = addActor(anEvent(type).event, action, { status: 'found', actor: ACTOR });
    const { toDo } = Object(detail.notification);
    expect(toDo).toContain(ACTOR.identity);
    expect(toDo.includes(ACTOR.gateway)).toBe(hasGateway);
  });

  it.each([
    [ACTOR.account, expect.stringContaining('`012345678901`')],
    [null, 'find out who'],
  ])('has advice to ask the users of account %s if the log has no identity', (account, toDo) => {
    const { event } = anEvent();
    const notification = { ...Object(event.detail.notification), toDo: 'find out who' };
    const known = { ...event, detail: { ...event.detail, notification } };
    const actor = { ...ACTOR, identity: null, account };
    const { detail } = addActor(known, 'accept', { status: 'found', actor });
    expect(detail.notification).toMatchObject({ toDo });
  });

  it.each(UNKNOWN_ACTORS)('keeps its advice if the actor is unknown: %s', (status) => {
    const { event } = anEvent();
    expect(addActor(event, 'accept', { status }).detail.notification).toMatchObject({ toDo: '-' });
  });

  it('keeps the end of a long identity, which names the person', () => {
    const identity = `arn:aws:sts::012345678901:assumed-role/${'a'.repeat(400)}/someone@example.com`;
    expect(describeActor({ ...ACTOR, identity })).toContain('someone@example.com');
  });

  it.each<[Provider, boolean]>([
    ['aws', true],
    ['outscale', false],
  ])('waits on %s only if the provider logs the call', (provider, waits) => {
    const { event, origin } = anEvent();
    const facts = { origin: { ...origin, provider }, state: EMPTY_LEDGER, at: AT };
    const queued = awaitActor(event, { ...CHANGE, acceptedAt: null }, facts);
    expect(queued.awaitedActor !== undefined).toBe(waits);
    expect(queued.detail.actorLookup).toBe(waits ? undefined : 'notLogged');
  });
});
