import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExposition, renderExposition } from '../../cli/metrics/exposition.ts';
import { FAMILY_ENTRIES, type Sample } from '../../cli/metrics/metricFamilies.ts';

const families = FAMILY_ENTRIES.map(([name]) => name);

const samples: fc.Arbitrary<Sample> = fc.record({
  family: fc.constantFrom(...families),
  labels: fc.record({ target: fc.string({ unit: 'binary' }), code: fc.string() }),
  value: fc.oneof(fc.integer(), fc.double({ min: 0, max: 2e9, noNaN: true })),
});

describe('the text of a metrics file', () => {
  it('is read as it was written, with any text in its labels', () => {
    fc.assert(
      fc.property(samples, (sample) => {
        expect(parseExposition(renderExposition([sample]))).toEqual([{ ...sample, value: sample.value + 0 }]);
      }),
    );
  });

  it('has one line for each sample, and a label cannot add a line', () => {
    const target = 'a"} 1\nvif_acceptor_policy_valid{target="b\\';
    const text = renderExposition([{ family: 'policy_valid', labels: { target }, value: 0 }]);
    expect(text.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
      'vif_acceptor_policy_valid{target="a\\"} 1\\nvif_acceptor_policy_valid{target=\\"b\\\\"} 0',
      '',
    ]);
  });

  it('has each family once and together, after its help and its type', () => {
    const of = (target: string): Sample[] =>
      families.map((family) => ({ family, labels: { target }, value: 1 }));
    const lines = renderExposition([...of('hub'), ...of('lab')]).split('\n');
    for (const [i, [name, { type }]] of FAMILY_ENTRIES.entries()) {
      const [help, typed, ...values] = lines.slice(i * 4, i * 4 + 4);
      expect(help).toMatch(new RegExp(`^# HELP vif_acceptor_${name} \\S.*[^.]\\.$`));
      expect(typed).toBe(`# TYPE vif_acceptor_${name} ${type}`);
      expect(values).toEqual(['hub', 'lab'].map((target) => `vif_acceptor_${name}{target="${target}"} 1`));
    }
  });

  it('has no value that is not a number, and no line twice', () => {
    const one: Sample = { family: 'policy_valid', labels: { target: 'hub' }, value: 1 };
    expect(
      renderExposition([
        { ...one, value: Number.NaN },
        { ...one, value: Number.POSITIVE_INFINITY },
      ]),
    ).toBe('');
    expect(renderExposition([one, one])).toBe(renderExposition([one]));
  });

  it('is read without the lines of another release', () => {
    const text =
      'vif_acceptor_later{target="hub"} 1\nnode_load1 2\nvif_acceptor_policy_valid{target="hub"} x\n\0\n';
    expect(parseExposition(text)).toEqual([]);
  });
});

describe('the names of the metrics', () => {
  it.each(FAMILY_ENTRIES)('%s follows the conventions of Prometheus', (name, { type, labels }) => {
    expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(name).not.toMatch(/(hours|minutes|days|millis|_ms)/);
    for (const label of labels)
      expect(['code', 'reason', 'status', 'version', 'provider', 'region']).toContain(label);
  });
});
