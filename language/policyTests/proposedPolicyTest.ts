import { VALUE_MATCH_FIELD_NAMES } from '../../core/fields/evaluateMatch.ts';
import { canonicalJson, printableJson } from '../../core/json.ts';
import type { BgpPeer, VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { returnsField } from '../../core/providers.ts';
import { parseDocument, readDocument, type SourceFile } from '../readDocument.ts';
import { insertItem } from '../suggest/policyPatch.ts';
import { nodeAt } from '../yaml/sourceNode.ts';
import { evaluatePolicyTest, runPolicyTest } from './evaluatePolicyTest.ts';
import type { WrittenPolicyTests } from './policyTestSchema.ts';
import { checkAgainstPolicy, POLICY_TESTS_SPEC } from './validatePolicyTests.ts';

/** The file with the policy tests of a target; `text` is `null` if there is none yet. */
export interface PolicyTestSource {
  readonly file: string;
  readonly text: string | null;
}

/** A policy test made from a real request, and the file with it. */
export type ProposedPolicyTest = AddedTest & {
  /** the test as an item of `cases`, one line each, without indentation */
  readonly item: readonly string[];
  /** fields of the request that no policy test can contain, so that this one leaves them out */
  readonly omitted: readonly string[];
};

/** The result of adding a test to a file. */
type AddedTest =
  | { readonly added: true; readonly text: string; readonly passed: number; readonly failed: number }
  /** `why` is a sentence */
  | { readonly added: false; readonly why: string };

/**
 * Makes a policy test that expects a policy to accept a request, and adds it at the end of the file with the tests of the target. A freeze
 * does not matter, as in every policy test.
 * @param policy the policy with the grant for the request
 * @returns `null` when the policy does not accept the request as a policy test describes it
 */
export function proposePolicyTest(
  policy: Policy,
  request: VirtualInterface,
  at: Date,
  source: PolicyTestSource,
): ProposedPolicyTest | null {
  const { fields, omitted } = describeFields(policy, request);
  const test = {
    name: `request ${request.id} is accepted`,
    at: `${at.toISOString().slice(0, 19)}Z`,
    fields,
  };
  const read = readTests(createFile(policy.target, { ...test, expect: '{ hold: [no-grant] }' }));
  const [written] = read?.cases ?? [];
  if (written === undefined) return null;
  const { decision } = evaluatePolicyTest({ ...policy, freeze: false }, written);
  if (decision.verdict === 'hold') return null;
  const { owner, grant, gateway } = decision;
  const gatewayName = policy.owners
    .flatMap(({ grants }) => grants)
    .find((one) => one.gateway === gateway)?.gatewayName;
  const decided = {
    ...test,
    expect: `{ accept: { owner: ${owner}, grant: ${grant}, gateway: ${gatewayName ?? gateway} } }`,
  };
  const { name, ...added } = addToFile(policy, source, decided);
  return { item: formatItem({ ...decided, name }), omitted, ...added };
}

/** A policy test as it is written. */
interface TestText {
  readonly name: string;
  readonly at: string;
  /** of the request, such as `vlan: 101` */
  readonly fields: readonly string[];
  readonly expect: string;
}

function addToFile(
  policy: Policy,
  { file, text: old }: PolicyTestSource,
  test: TestText,
): AddedTest & Pick<TestText, 'name'> {
  const { name } = test;
  if (old === null)
    return { name, ...evaluateFile(policy, { file, text: createFile(policy.target, test).text }) };
  const source = { file, text: old.replace(/^\uFEFF/, '') };
  const before = readTests(source);
  if (before === null) return { name, ...notAdded('it has errors, which `policy test` lists') };
  if (before.target !== policy.target)
    return { name, ...notAdded(`it has the tests of target \`${before.target}\``) };
  const { root } = parseDocument(source).yaml;
  const list = root === null ? null : nodeAt(root, ['cases']);
  if (list === null) return { name, ...notAdded('it has no list `cases`') };
  const named = { ...test, name: chooseName(name, before) };
  const text = insertItem(source.text, list, { flow: formatFlow(named), block: formatItem(named) });
  const after = readTests({ file, text });
  // Fail closed: an insertion that changes another policy test is not proposed.
  const isAlone = after !== null && canonicalJson(after.cases.slice(0, -1)) === canonicalJson(before.cases);
  return isAlone
    ? { name: named.name, ...evaluateFile(policy, { file, text }) }
    : { name, ...notAdded('the test cannot be added without a change of others') };
}

function notAdded(why: string): AddedTest {
  return { added: false, why };
}

/** A name that no test of the file has: a request can be proposed again after its grant has ended. */
function chooseName(name: string, { cases }: WrittenPolicyTests): string {
  const taken = new Set(cases.map((one) => one.name));
  if (!taken.has(name)) return name;
  for (let i = 2; ; i += 1) if (!taken.has(`${name} (${i})`)) return `${name} (${i})`;
}

/** Runs all tests of the file. The new one is the last, and must pass. */
function evaluateFile(policy: Policy, source: SourceFile): AddedTest {
  const tests = readTests(source);
  if (tests === null || checkAgainstPolicy(policy, tests).length > 0)
    return notAdded('with the new test it would have errors');
  const results = tests.cases.map((one) => runPolicyTest(policy, one, { file: source.file, line: 1 }).passed);
  if (results.at(-1) !== true) return notAdded('the new test would fail in it');
  const passed = results.filter((one) => one).length;
  return { added: true, text: source.text, passed, failed: results.length - passed };
}

/** `null` when the file has errors. */
function readTests(source: SourceFile): WrittenPolicyTests | null {
  const { written, errors } = readDocument(source, POLICY_TESTS_SPEC);
  return errors.length > 0 ? null : written;
}

function createFile(target: string, test: TestText): SourceFile {
  const lines = formatItem(test).map((line) => `  ${line}`);
  return { file: '', text: `version: 1\ntarget: ${target}\ncases:\n${lines.join('\n')}\n` };
}

function formatItem({ name, at, fields, expect }: TestText): string[] {
  return [
    `- name: ${printableJson(name)}`,
    `  at: ${at}`,
    '  request:',
    ...fields.map((field) => `    ${field}`),
    `  expect: ${expect}`,
  ];
}

function formatFlow({ name, at, fields, expect }: TestText): string {
  return `{ name: ${printableJson(name)}, at: ${at}, request: { ${fields.join(', ')} }, expect: ${expect} }`;
}

/**
 * The fields of a request as a policy test writes them. Values are JSON, which is YAML too, with invisible characters escaped. A value
 * that a policy test cannot contain is left out, which can only make the test stricter: an absent field matches no demand.
 */
function describeFields(
  { target, recipient }: Policy,
  request: VirtualInterface,
): { readonly fields: readonly string[]; readonly omitted: readonly string[] } {
  const { id, type, ownerAccount, connection, peers } = request;
  const given: Readonly<Record<string, unknown>> = {
    connection,
    id,
    ...(type === 'private' ? {} : { type }),
    ...(ownerAccount === recipient.account ? {} : { ownerAccount }),
    ...Object.fromEntries(
      VALUE_MATCH_FIELD_NAMES.filter((field) => returnsField(recipient.provider, field)).map((field) => [
        field,
        request[field],
      ]),
    ),
    ...(peers.length === 0 ? {} : { peers: peers.map(describePeer) }),
  };
  const written = Object.entries(given).filter(([, value]) => value !== null && value !== undefined);
  const [first] = written.filter(([key]) => key === 'connection').map(formatField);
  const isWritable = (entry: readonly [string, unknown]): boolean =>
    entry[0] === 'connection' || isReadBack(target, [first ?? '', formatField(entry)]);
  return {
    fields: written.filter(isWritable).map(formatField),
    omitted: written.filter((entry) => !isWritable(entry)).map(([key]) => key),
  };
}

function formatField([key, value]: readonly [string, unknown]): string {
  return `${key}: ${printableJson(value)}`;
}

/** Whether a test with these fields alone is valid. */
function isReadBack(target: string, fields: readonly string[]): boolean {
  const test = { name: 'a field', at: '2026-01-01T00:00:00Z', fields, expect: '{ hold: [no-grant] }' };
  return readTests(createFile(target, test)) !== null;
}

/** A BGP session as a policy test writes it: `key` is the digest of an agreed key, or whether there is one. */
function describePeer({ asn, amazonAddress, customerAddress, hasKey, agreedKey }: BgpPeer): object {
  const digest = agreedKey === null || agreedKey === 'none' ? null : agreedKey;
  const known = Object.entries({
    asn,
    amazonAddress,
    customerAddress,
    key: hasKey === false ? false : (digest ?? hasKey),
  });
  return Object.fromEntries(known.filter(([, value]) => value !== null));
}
