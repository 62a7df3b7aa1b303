import {
  parseVirtualInterface,
  parseVirtualInterfaces,
} from '../../../adapters/directconnect/parseVirtualInterface.ts';
import { decodeObservation } from '../../../adapters/ledgers/decodeItems.ts';
import { decodeRecord } from '../../../adapters/ledgers/historyRecords.ts';
import { decodeStored, type StoredValue, toStored } from '../../../adapters/ledgers/storedForm.ts';
import { describeExplanation } from '../../../cli/commands/policyExplain.ts';
import { explain } from '../../../cli/explain/explanation.ts';
import { readRequest } from '../../../cli/requests/readRequests.ts';
import { requestDetailsOf } from '../../../core/ledgerEntries.ts';
import type { VirtualInterface } from '../../../core/model.ts';
import type { Policy } from '../../../core/policy.ts';
import { loadPolicy, writePolicy } from '../../../core/policyText.ts';
import { pickDescribedFields } from '../../../core/runReport.ts';
import {
  compilePolicy,
  decideInIsolation,
  describeRequest,
  describeRequestSet,
  diffPolicies,
  suggestGrant,
  testPolicyFiles,
} from '../../../language/index.ts';
import { formatJsonSchema } from '../../../language/reference/policyJsonSchema.ts';
import { anObservation, aReceipt } from '../../support/ledgerBuilders.ts';
import { AWS_ITEM, NO_KEYS } from '../../support/wireItems.ts';

/**
 * Uses the match field `jumboFrameCapable` in every way, and prints the results as JSON. `matchField.test.ts` runs it in a copy of the
 * project that has this field. It is untyped here, because the project itself does not have it.
 * @param argv the folder of the policy tests
 */

const FIELD = 'jumboFrameCapable';
const AT = new Date('2026-11-10T00:00:00Z');

/** The value of the field; `undefined`: there is no such key. */
function fieldOf(of: object | null): unknown {
  return Object.entries(of ?? {}).find(([key]) => key === FIELD)?.[1];
}

/** A request as the API returns it. @param value that of the field; `undefined`: the API does not return it */
function requestWith(value: unknown): VirtualInterface {
  return parseVirtualInterface({ ...AWS_ITEM, [FIELD]: value }, 0, NO_KEYS);
}

interface Written {
  readonly provider?: 'aws' | 'outscale';
  readonly grants?: string;
  readonly hold?: string;
}

const YES = `a: { gateway: vgw-12345678, match: { ${FIELD}: true } }`;

/** @returns the compiled policy, or the codes and paths of its errors */
function compile({ provider = 'aws', grants = YES, hold = '' }: Written): Policy | string[] {
  const compiled = compilePolicy(sourceOf({ provider, grants, hold }));
  return compiled.ok ? compiled.policy : compiled.errors.map(({ code }) => code);
}

function sourceOf({ provider, grants, hold }: Required<Written>) {
  const text = `version: 1
recipient: { provider: ${provider}, region: eu-west-2, account: "${AWS_ITEM.ownerAccount}" }
owners:
  acme:
    connections: [${AWS_ITEM.connectionId}]
    grants:
      ${grants}
${hold}`;
  return { file: 'hub.yaml', text };
}

function policyOf(written: Written = {}): Policy {
  const compiled = compile(written);
  if (Array.isArray(compiled)) throw new Error(compiled.join());
  return compiled;
}

/** The verdict, and the codes of the reasons to hold. */
function decide(policy: Policy, value: unknown): string {
  const decision = decideInIsolation(policy, requestWith(value), AT);
  return decision.verdict === 'accept' ? 'accept' : decision.reasons.map(({ code }) => code).join();
}

function parsed(value: unknown) {
  const request = requestWith(value);
  return { value: fieldOf(request), unreadable: request.unreadable };
}

/** A stored value as a release wrote it that did not know the field. */
function withoutField(stored: StoredValue): StoredValue {
  const reviver = (key: string, value: unknown): unknown => (key === FIELD ? undefined : value);
  return { ...stored, more: JSON.parse(JSON.stringify(stored.more), reviver) };
}

function stored() {
  const request = requestWith(true);
  const receipt = toStored('receipt', aReceipt({ request }));
  const observation = toStored('sighting', anObservation({ request: requestDetailsOf(request) }));
  const ofReceipt = (value: StoredValue): unknown => {
    const record = decodeRecord('receipt', value);
    return record?.kind === 'receipt' ? fieldOf(record.value.request) : record;
  };
  const ofObservation = (value: StoredValue): unknown =>
    fieldOf(decodeStored('sighting', value, decodeObservation).request);
  return {
    receipt: [ofReceipt(receipt), ofReceipt(withoutField(receipt))],
    observation: [ofObservation(observation), ofObservation(withoutField(observation))],
    // Release 0.1.0 refuses keys that it does not know in this part.
    inFormat1: JSON.stringify([receipt.data, observation.data]).includes(FIELD),
  };
}

/** What is read again from our documents. @param keys whether the document has the field */
function requestFile(keys: 'with' | 'without') {
  const { id, connection, vlan, name, ...vif } = requestWith(true);
  const described = Object.entries(pickDescribedFields({ ...vif }));
  const document = {
    ...{ id, connection, vlan, name, firstSeen: null },
    ...Object.fromEntries(described.filter(([key]) => keys === 'with' || key !== FIELD)),
  };
  const report = { target: 'hub', requests: [{ ...document, decision: {}, outcome: 'held' }] };
  const { request, absent } = readRequest(
    JSON.stringify({ runs: [report] }),
    'run.json',
    { ...policyOf(), agreedKeys: NO_KEYS },
    null,
  );
  return { value: fieldOf(request), absent: [...absent].map(String) };
}

function suggest(value: unknown) {
  const written = {
    provider: 'aws',
    grants: 'a: { gateway: vgw-12345678, match: { vlan: [4000] } }',
    hold: '',
  } as const;
  const suggestion = suggestGrant(sourceOf(written), policyOf(written), {
    request: requestWith(value),
    absent: new Set(),
    gateway: null,
    owner: null,
    isExclusive: false,
    at: AT,
    path: 'hub.yaml',
  });
  if (suggestion.kind !== 'patch') throw new Error(suggestion.kind);
  return {
    isPinned: suggestion.patch.includes(`${FIELD}: ${String(value)}`),
    unpinned: suggestion.unpinned.map(({ field }) => String(field)),
  };
}

/** The policies differ only in what they demand of the field. */
function diff() {
  const other = policyOf({ grants: YES.replace('true', 'false') });
  return diffPolicies(other, policyOf(), AT).changes.map(({ kind, requestSet, example }) => ({
    kind,
    fields: describeRequestSet(requestSet, other.recipient.account, AT.getTime()).fields,
    example: fieldOf(example.request),
    words: describeRequest(example).includes(FIELD),
  }));
}

function explained(value: unknown): boolean {
  const given = { request: requestWith(value), assumed: [], absent: new Set<never>(), deadline: null };
  const none = (text: string): string => text;
  const paint = { good: none, warn: none, bad: none, faint: none, columns: 200 };
  return describeExplanation(explain(policyOf(), given, AT), paint).includes(`${FIELD} `);
}

const [folder = ''] = process.argv.slice(2);
const tested = testPolicyFiles(folder);
const compiled = policyOf();
const { policy: loaded } = loadPolicy(writePolicy(compiled), compiled.target);
const hold = policyOf({ grants: 'a: { gateway: vgw-12345678 }', hold: `hold: [{ ${FIELD}: false }]` });
const schema = formatJsonSchema();
const second = (value: boolean) =>
  `${YES}\n      b: { gateway: vgw-87654321, match: { ${FIELD}: ${value} } }`;

process.stdout.write(
  JSON.stringify({
    parsed: [true, false, undefined, 'yes'].map(parsed),
    listedTwice: parseVirtualInterfaces(
      [
        { ...AWS_ITEM, [FIELD]: true },
        { ...AWS_ITEM, [FIELD]: false },
      ],
      NO_KEYS,
    ).map((vif) => ({ value: fieldOf(vif), unreadable: vif.unreadable })),
    compiled: fieldOf(compiled.owners[0]?.grants[0]?.match ?? null),
    decisions: [true, false, undefined, 'yes'].map((value) => decide(loaded, value)),
    heldByRule: [true, false, undefined].map((value) => decide(hold, value)),
    stored: stored(),
    policyTests: {
      errors: tested.errors.map(({ code }) => code),
      passed: tested.results.map(({ passed }) => passed),
    },
    requestFiles: [requestFile('with'), requestFile('without')],
    suggestions: [suggest(true), suggest(undefined)],
    diff: diff(),
    overlaps: [compile({ grants: second(true) }), compile({ grants: second(false) })].map((one) =>
      Array.isArray(one) ? one : [],
    ),
    explained: explained(true),
    onOutscale: compile({ provider: 'outscale' }),
    // Everywhere where another field is that only AWS returns.
    inSchema: schema.split(`"${FIELD}"`).length === schema.split('"mtu"').length,
  }),
);
