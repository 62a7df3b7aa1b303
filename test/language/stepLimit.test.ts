import { describe, expect, it } from 'vitest';
import { ComparisonTooComplex, compilePolicy, diffPolicies } from '../../language/index.ts';
import { findOverlaps } from '../../language/requestSets/overlappingGrants.ts';
import { MAX_STEPS, spendSteps, withStepLimit } from '../../language/stepLimit.ts';
import { NOW } from '../support/builders.ts';
import { outscale } from './errors/errorRow.ts';

/** A policy of one owner with this many grants. */
function text(count: number, grant: (i: number) => string): string {
  const grants = Array.from({ length: count }, (_, i) => `      g${i}: { ${grant(i)} }`);
  return outscale('owners:', '  acme:', '    connections: [dxcon-1]', '    grants:', ...grants);
}

function compiled(source: string) {
  return compilePolicy({ file: 'policy/acme.yaml', text: source });
}

function policyOf(source: string) {
  const result = compiled(source);
  if (!result.ok) throw new Error(result.errors.map(({ message }) => message).join());
  return result.policy;
}

/** The number of steps of a question, which is the same on a busy machine. */
function steps(answer: () => unknown): number {
  return withStepLimit(MAX_STEPS, answer).steps;
}

const gateway = (i: number): string => `gateway: vgw-${i.toString(16).padStart(8, '0')}`;

describe('a policy of hundreds of grants of one owner', () => {
  it.each([
    ['names', 200, (i: number) => `${gateway(i)}, match: { name: ["acme-*-${i}-*-x"] }`],
    ['VLANs', 600, (i: number) => `${gateway(i)}, match: { vlan: [${i + 1}-${i + 1000}] }`],
  ])(
    'that overlap in their %s is refused with the first pairs, and the last error states that there are more',
    (_, count, grant) => {
      const result = compiled(text(count, grant));
      const errors = result.ok ? [] : result.errors;
      expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['grants-overlap']));
      expect(errors).toHaveLength(21);
      expect(new Set(errors.map(({ fix }) => fix))).toHaveProperty('size', 2);
    },
  );

  it('that differ in a part of their names is compared in few steps', () => {
    const policy = policyOf(text(300, (i) => `${gateway(i)}, match: { name: ["acme-*-${i}x"] }`));
    expect(steps(() => findOverlaps(policy))).toBeLessThan(500_000);
  });

  it('that overlap and name one gateway is compared with its next version in few steps', () => {
    const [old, now] = [1000, 1001].map((most) =>
      policyOf(text(100, (i) => `${gateway(1)}, match: { vlan: [${i + 1}-${i + most}] }, limit: 2`)),
    );
    if (old === undefined || now === undefined) throw new Error('a policy is missing');
    expect(diffPolicies(old, old, NOW, 100_000)).toMatchObject({ changes: [], limits: [] });
    // The very last VLAN is new.
    expect(diffPolicies(old, now, NOW, 1_000_000).changes).toHaveLength(1);
  });

  it('with too many combinations is not reported as equal: the comparison fails', () => {
    const [old, now] = [0, 1].map((more) =>
      policyOf(
        text(
          60,
          (i) =>
            `${gateway(1)}, match: { vlan: [${i + 1}-${i + 1000}], asn: [${65000 + ((i * 7) % 50)}-${65100 + ((i * 7) % 50) + more}] }`,
        ),
      ),
    );
    if (old === undefined || now === undefined) throw new Error('a policy is missing');
    expect(() => diffPolicies(old, now, NOW, 10_000)).toThrow(ComparisonTooComplex);
    expect(diffPolicies(old, now, NOW).opens).toBe(true);
  });
});

it('a policy of ten thousand grants can be compared with its next version, even if each grant changes', () => {
  const owners = 100;
  const policyText = (more: number): string =>
    outscale(
      'owners:',
      ...Array.from({ length: owners }, (_, i) => [
        `  owner-${i}:`,
        `    connections: [dxcon-${(i + 1).toString(16)}]`,
        '    grants:',
        ...[1, 2, 3, 4, 5].map(
          (g) =>
            `      grant-${g}: { ${gateway(g)}, match: { vlan: [${100 * g}-${100 * g + 50 + more}], asn: [${65000 + g}], peers: [169.254.${g}.0/24], name: ["owner-${i}-${g}-*"] } }`,
        ),
      ]).flat(),
    );
  const [old, now] = [policyOf(policyText(0)), policyOf(policyText(1))];
  expect(diffPolicies(old, now, NOW, (MAX_STEPS * owners) / 2000).changes).toHaveLength(5 * owners);
});

describe('a question within a question', () => {
  it('has its own steps, and does not use those of the outer one', () => {
    const inner = (): unknown => withStepLimit(5, () => spendSteps(5));
    const { steps: taken } = withStepLimit(10, () => {
      spendSteps(6);
      inner();
      spendSteps(4);
    });
    expect(taken).toBe(10);
    expect(() => withStepLimit(4, () => spendSteps(5))).toThrow(ComparisonTooComplex);
    // The steps of a failed question do not count for the next one.
    expect(withStepLimit(4, () => spendSteps(4)).steps).toBe(4);
  });
});
