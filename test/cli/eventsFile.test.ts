import { describe, expect, it } from 'vitest';
import { readRequests } from '../../cli/requests/readRequests.ts';
import { compilePolicy } from '../../language/index.ts';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { ACME_1, PROD } from '../support/cloud.ts';

const POLICY = `version: 1
recipient: { provider: aws, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`;

describe('a file of events', () => {
  const event = (type: string, request: object, target = 'hub') =>
    JSON.stringify({ source: 'vif-acceptor', 'detail-type': type, detail: { target, request } });
  const whole = { id: 'dxvif-1', connection: ACME_1, vlan: 101, name: 'a', mtu: 1500, peers: [] };
  const { mtu, peers, ...remembered } = whole;
  const compiled = compilePolicy({ file: 'hub.yaml', text: POLICY });

  function read(...lines: string[]) {
    if (!compiled.ok) throw new Error('the policy is invalid');
    return readRequests(`${lines.join('\n')}\n`, 'events.jsonl', {
      ...compiled.policy,
      agreedKeys: new Set(),
    });
  }

  it('contains each request once, from the last event with the whole request, and none of other targets', () => {
    const requests = read(
      event('Request Held', { ...whole, mtu: 9001 }),
      event('Request Held', whole, 'lab'),
      event('Request Held', whole),
      event('Run Failed', {}).replace('"request":{}', '"failures":[]'),
      event('Deadline Near', remembered),
    );
    expect(requests).toMatchObject([{ request: { id: 'dxvif-1', mtu: 1500 }, deadline: null }]);
  });

  it('has no pending request for one that was accepted or ended since', () => {
    const ends = ['Request Accepted', 'Request Ended', 'Request Expired'];
    const lines = ends.flatMap((type, i) => [
      event('Request Held', { ...whole, id: `dxvif-${i}` }),
      event(type, { ...remembered, id: `dxvif-${i}` }),
    ]);
    expect(read(...lines)).toEqual([]);
    expect(read(...lines, event('Request Held', { ...whole, id: 'dxvif-2' }))).toHaveLength(1);
  });

  it('is refused with the line of the error', () => {
    const held = event('Request Held', whole);
    expect(() => read(held, '', '{"source": ')).toThrow(/^events\.jsonl:3:1: it is not JSON/);
    expect(() => read(held, event('Request Held', { ...whole, vlna: 1, id: 'dxvif-2' }))).toThrow(
      /^events\.jsonl:2:\d+ detail\.request\.vlna: unknown key `vlna`/,
    );
  });
});
