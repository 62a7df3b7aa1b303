import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { type Reply, startApi } from '../support/apiServer.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD } from '../support/cloud.ts';
import { formsOf, PLANTED_KEY } from '../support/wireItems.ts';
import { expectOnlyAllowed, isAllowed } from './allowedConfirms.ts';
import {
  AGREED_DIGEST,
  AGREED_KEY,
  answerQuestions,
  answerTo,
  KEYED,
  type KeyPlaces,
  keyedItem,
  POLICY,
  type Question,
  VALID_ANSWERS,
} from './fakeProvider.ts';
import { expectReported, startRuns } from './fuzzRuns.ts';
import { expectSome, fuzzTarget, LONG } from './fuzzTarget.ts';
import { maliciousJson, maliciousText, mutateText, replaceValues, TOKENS } from './mutations.ts';

const apiAnswers = fuzzTarget("the provider's answers");

/** Duplicate keys, keys with another type, and properties of every JavaScript object. */
const JSON_PIECES = fc.oneof(
  maliciousJson,
  fc.constantFrom(
    ...['"vlan"', '"virtualInterfaces"', '"__proto__"', '"constructor"', '"nextToken"', '"asnLong"'],
  ),
  fc.constantFrom(
    ...['"vlan":101,', '"virtualInterfaceState":"confirming",', '"connectionId":"dxcon-11111111",'],
  ),
  fc.constantFrom(...['{', '}', '[', ']', ',', ':', '"', '\\u0000', '"\ud800"', '101', '65010', '""']),
);
const XML_PIECES = fc.oneof(
  maliciousText,
  fc.constantFrom(
    ...['<item>', '</item>', '<state>', '<__proto__>', '<constructor/>', '<![CDATA[x]]>', '<!--', '&'],
  ),
  fc.constantFrom(
    ...['<!DOCTYPE a [<!ENTITY x "y">]>', '&x;', '&#0;', '&#x1b;', 'available', 'attached', '<item/>'],
  ),
  fc.constantFrom('<item>'.repeat(2000), '<a>'.repeat(3000) + '</a>'.repeat(3000)),
);

function spoilt(question: Question): Arbitrary<string> {
  const valid = VALID_ANSWERS[question];
  if (valid.startsWith('<'))
    return fc.oneof(
      { weight: 3, arbitrary: mutateText(valid, TOKENS.xml, XML_PIECES) },
      { weight: 1, arbitrary: fc.constant(valid) },
    );
  return fc.oneof(
    { weight: 3, arbitrary: replaceValues(JSON.parse(valid)) },
    { weight: 2, arbitrary: mutateText(valid, TOKENS.json, JSON_PIECES) },
    { weight: 1, arbitrary: maliciousJson },
  );
}

/**
 * Checks that no output has a key, or the digest of a key that the policy does not name. Keys in other fields than their own are public in
 * the API.
 */
function expectKeysKept(spoiltText: string, shown: string): void {
  for (const key of [PLANTED_KEY, AGREED_KEY]) {
    const odd = spoiltText.replaceAll(new RegExp(`"authKey":\\s*"${key}"|<bgp_auth_key>${key}`, 'g'), '');
    if (odd.includes(key)) continue;
    const forms = formsOf(key).filter((form) => !AGREED_DIGEST.endsWith(form));
    for (const form of forms) expect(shown).not.toContain(form);
  }
}

const QUESTIONS: readonly [Question, number][] = [
  ['listing', 120],
  ['described', 80],
  ['gateways', 60],
  ['connections', 40],
  ['caller', 60],
  ['tables', 60],
];

describe('with any answer of the provider, only what the policy allows is confirmed, and everything is reported, for', () => {
  it.each(QUESTIONS)('%s', LONG, async (question, usual) => {
    const { run } = await startRuns(POLICY);
    const status = fc.oneof({ weight: 15, arbitrary: fc.constant(200) }, fc.constantFrom(400, 404));
    const seen = await apiAnswers.fuzz(usual, fc.tuple(spoilt(question), status), async ([body, code]) => {
      const { report, exchanges } = await run(
        answerQuestions({ [question]: answerTo(question, body, code) }),
      );
      expectReported(report);
      expectKeysKept(body, JSON.stringify(report));
      const confirms = expectOnlyAllowed(exchanges);
      if (report.status === 'failed') return 'reported as failed';
      return confirms > 0 ? 'evaluated and accepted' : 'evaluated and held';
    });
    expectSome(seen, 'evaluated and accepted');
  });

  it('an empty answer', async () => {
    const { run } = await startRuns(POLICY);
    const { report, exchanges } = await run(answerQuestions({}));
    expectReported(report);
    expect(expectOnlyAllowed(exchanges)).toBe(3);
    expect(report.counts).toMatchObject({ accepted: 3, held: 2 });
    expectKeysKept('', JSON.stringify(report));
  });
});

const listingOf = (listed: unknown): string => JSON.stringify({ virtualInterfaces: [listed] });

describe('a request that only its key identifies', () => {
  const place = fc.constantFrom(AGREED_KEY, AGREED_KEY, PLANTED_KEY, '', undefined);
  const places: Arbitrary<KeyPlaces> = fc.record({ authKey: place, session: place, config: place });

  it('is accepted exactly if every session has the agreed key, wherever else the API shows it', async () => {
    const { run } = await startRuns(POLICY);
    const seen = await apiAnswers.fuzz(60, places, async (keys) => {
      const keyed = keyedItem(keys);
      const text = listingOf(keyed);
      const answers = { listing: answerTo('listing', text), described: answerTo('described', text) };
      const { report, exchanges } = await run(answerQuestions(answers, KEYED));
      expectReported(report);
      expectKeysKept(text, JSON.stringify(report));
      expect(expectOnlyAllowed(exchanges)).toBe(isAllowed(keyed) ? 1 : 0);
      return isAllowed(keyed) ? 'accepted by the key' : 'held for lack of the key';
    });
    expectSome(seen, 'accepted by the key', 'held for lack of the key');
  });

  it('is confirmed only if the policy allows it, with any description of it', LONG, async () => {
    const { run } = await startRuns(POLICY);
    const agreed = listingOf(keyedItem({ authKey: AGREED_KEY, session: AGREED_KEY, config: AGREED_KEY }));
    const keys = fc.constantFrom(
      `"${PLANTED_KEY}"`,
      `"${AGREED_KEY}"`,
      `"${AGREED_KEY} "`,
      '""',
      'null',
      '[]',
    );
    const described = fc.oneof(
      places.map((keyPlaces) => listingOf(keyedItem(keyPlaces))),
      replaceValues(JSON.parse(agreed)),
      mutateText(agreed, TOKENS.json, fc.oneof(JSON_PIECES, keys)),
    );
    const seen = await apiAnswers.fuzz(120, described, async (body) => {
      const answers = { listing: answerTo('listing', agreed), described: answerTo('described', body) };
      const { report, exchanges } = await run(answerQuestions(answers, KEYED));
      expectReported(report);
      expectKeysKept(body, JSON.stringify(report));
      return expectOnlyAllowed(exchanges) > 0 ? 'accepted by the key' : 'held or failed with a key';
    });
    expectSome(seen, 'accepted by the key', 'held or failed with a key');
  });
});

const DEEP = 100_000;
const items = (count: number, item: string): string =>
  `{"virtualInterfaces":[${Array(count).fill(item).join(',')}]}`;
const inSet = (inner: string): string =>
  `<DescribeVpnGatewaysResponse><vpnGatewaySet>${inner}</vpnGatewaySet></DescribeVpnGatewaysResponse>`;

const ENORMOUS: readonly [string, Question, string][] = [
  ['10 MB of text', 'listing', items(1, `{"virtualInterfaceId":"${'x'.repeat(10_000_000)}"}`)],
  ['nearly 4 MB of text', 'listing', items(1, `{"virtualInterfaceId":"${'x'.repeat(3_900_000)}"}`)],
  ['millions of items', 'listing', items(1_300_000, '{}')],
  ['20,000 empty items', 'listing', items(20_000, '{}')],
  ['80,000 items of one ID', 'listing', items(80_000, '{"virtualInterfaceId":"dxvif-1"}')],
  [
    'an item of 300,000 tags',
    'listing',
    items(1, `{"tags":[${Array(300_000).fill('{"key":1}').join(',')}]}`),
  ],
  [
    'an item of 500,000 sessions',
    'listing',
    items(1, `{"bgpPeers":[${Array(500_000).fill('{}').join(',')}]}`),
  ],
  ['lists within lists', 'listing', `{"virtualInterfaces":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`],
  ['objects within objects', 'listing', `${'{"virtualInterfaces":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`],
  ['items within items', 'listing', items(1, `${'{"bgpPeers":['.repeat(DEEP)}${']}'.repeat(DEEP)}`)],
  ['elements within elements', 'gateways', inSet('<item>'.repeat(DEEP) + '</item>'.repeat(DEEP))],
  ['elements without end', 'gateways', inSet('<item>'.repeat(DEEP))],
  ['4 MB of gateways', 'gateways', inSet('<item><vpnGatewayId>vgw-1</vpnGatewayId></item>'.repeat(80_000))],
  ['4 MB of attributes', 'gateways', `<a ${'b="c" '.repeat(600_000)}/>`],
  ['4 MB of signs', 'gateways', inSet('&'.repeat(3_900_000))],
  [
    'entities of entities',
    'gateways',
    `<!DOCTYPE a [${'<!ENTITY b "&b;&b;">'.repeat(DEEP)}]>${inSet('&b;')}`,
  ],
];

it('the largest answer fits into half the memory of the function', {
  timeout: 60_000,
}, async () => {
  const api = await startApi(answerQuestions({ listing: answerTo('listing', items(1_300_000, '{}')) }));
  onTestFinished(() => api.close());
  const dir = folderWith({
    'hub.yaml': `version: 1\nrecipient: { provider: aws, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }\nowners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`,
  });
  const args = ['run', '--policy', 'hub.yaml', '--endpoint', api.url, '--gateway-endpoint', api.url];
  const { code, stdout } = await runCli(dir, args, { NODE_OPTIONS: '--max-old-space-size=256' });
  expect(stdout).toContain('it has more than 100000 items');
  expect(code).toBe(1);
});

describe('an answer is reported in time and leads to no confirm, if it has', () => {
  it.each(ENORMOUS)('%s', { timeout: 60_000 }, async (_, question, body) => {
    const reply: Reply = answerTo(question, body);
    const { run } = await startRuns(POLICY);
    const begun = performance.now();
    const { report, exchanges } = await run(answerQuestions({ [question]: reply }));
    expect(performance.now() - begun).toBeLessThan(20_000);
    expectReported(report);
    expect(expectOnlyAllowed(exchanges)).toBe(0);
  });
});
