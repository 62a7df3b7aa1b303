import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFilePublisher } from '../../adapters/events/filePublisher.ts';
import { type AcceptorEvent, createEvent } from '../../core/events/event.ts';
import { json, text } from '../support/apiServer.ts';
import { startEventBus } from '../support/eventBus.ts';
import { busPublisher } from '../support/eventPublishers.ts';
import { writeTempFiles } from '../support/tempFiles.ts';

const ORIGIN = {
  target: 'acme',
  provider: 'outscale',
  region: 'eu-west-2',
  account: '012345678901',
  policy: { digest: 'sha256:0', revision: 'v1' },
} as const;
const NOTIFICATION = { who: '-', why: '-', byWhen: '-', toDo: '-' };
const AT = '2026-11-10T11:00:00.000Z';
const RUNBOOK = 'docs/runbook.md#request-held';

function some(count: number): AcceptorEvent[] {
  return Array.from({ length: count }, (_, i) =>
    createEvent('Request Held', ORIGIN, AT, [i], { message: `held ${i}`, notification: NOTIFICATION }),
  );
}

describe('the publisher to the event bus', () => {
  it('sends events as docs/events.schema.json describes them', async () => {
    const bus = await startEventBus();
    const [one] = some(1);
    expect(await busPublisher(bus).publish(one ? [one] : [])).toMatchObject({
      delivered: [one?.id],
      problem: null,
    });
    expect(bus.entries).toEqual([
      {
        Source: 'vif-acceptor',
        DetailType: 'Request Held',
        Time: Date.parse(AT) / 1000,
        Detail: JSON.stringify({
          ...one?.detail,
          runbook: RUNBOOK,
          chat: { what: 'held 0', who: '-', why: '-', byWhen: '-', toDo: '-', thread: 'acme/run' },
        }),
      },
    ]);
  });

  it('adds the resource of its deployment to every event, and stores it in none', async () => {
    const bus = await startEventBus();
    const arn = 'arn:aws:dynamodb:eu-west-3:012345678901:table/ledger';
    await busPublisher(bus, arn).publish(some(12));
    expect(bus.entries.map(({ Resources }) => Resources)).toEqual(Array(12).fill([arn]));
    expect(bus.entries.map(({ Detail }) => Detail).filter((detail) => detail.includes(arn))).toEqual([]);
  });

  it('sends ten events in a call', async () => {
    const bus = await startEventBus();
    const many = some(23);
    expect(await busPublisher(bus).publish(many)).toMatchObject({
      delivered: many.map(({ id }) => id),
      problem: null,
    });
    expect(bus.entries).toHaveLength(23);
    expect(bus.received).toHaveLength(3);
  });

  it('reports which events were refused, and why', async () => {
    const bus = await startEventBus((place) => (place === 1 || place === 11 ? 'InternalFailure' : null));
    const many = some(12);
    const { delivered, problem } = await busPublisher(bus).publish(many);
    expect(delivered).toEqual(many.filter((_, i) => i !== 1 && i !== 11).map(({ id }) => id));
    expect(problem).toBe('PutEvents refused some: InternalFailure: refused');
  });

  it.each([
    ['without an ID and without an error code', {}],
    ['with an error code and with an ID that is no text', { EventId: 7, ErrorCode: 'InternalFailure' }],
    ['with null for its ID', { EventId: null }],
  ])('takes an event as not delivered when the bus answers it %s', async (_, entry) => {
    const bus = await startEventBus(undefined, () => json({ Entries: [{ EventId: 'x' }, entry] }));
    const [first, second] = some(2);
    const { delivered, problem } = await busPublisher(bus).publish(first && second ? [first, second] : []);
    expect(delivered).toEqual([first?.id]);
    expect(problem).not.toBeNull();
  });

  it('continues after a call that is refused for its content', async () => {
    const tooLarge = json({ __type: 'ValidationException', message: 'Total size of the entries' }, 400);
    const bus = await startEventBus(undefined, (call) => (call === 0 ? tooLarge : null));
    const many = some(23);
    const { delivered, problem } = await busPublisher(bus).publish(many);
    expect(delivered).toEqual(many.slice(10).map(({ id }) => id));
    expect(problem).not.toBeNull();
  });

  it('continues after ten events that are all refused', async () => {
    const bus = await startEventBus((place) => (place < 10 ? 'MalformedDetail' : null));
    const many = some(12);
    expect((await busPublisher(bus).publish(many)).delivered).toEqual(many.slice(10).map(({ id }) => id));
  });

  it.each([
    ['no JSON', text('<html>', 200), /PutEvents failed \(malformed\)/],
    ['nothing', json({}), /PutEvents refused some: no answer/],
    ['too few results', json({ Entries: [{ EventId: 'x' }], FailedEntryCount: 0 }), /refused some/],
    ['that it may not', json({ __type: 'AccessDeniedException', message: 'no' }, 400), /\(credentials\)/],
    ['nothing at all, for ever', { does: 'hang' } as const, /PutEvents failed \(timeout\)/],
  ])('takes nothing as delivered when the bus answers %s', async (_, reply, problem) => {
    const bus = await startEventBus(undefined, () => reply);
    const result = await busPublisher(bus).publish(some(12));
    expect(result.delivered.length).toBeLessThanOrEqual(2);
    expect(result.problem).toMatch(problem);
  });

  it('stops after the first call when the bus does not answer', async () => {
    const bus = await startEventBus(undefined, () => json({ __type: 'AccessDeniedException' }, 400));
    await busPublisher(bus).publish(some(30));
    expect(bus.received).toHaveLength(1);
  });
});

describe('the publisher to a file', () => {
  it('appends a line for each event, readable by its owner only', async () => {
    const path = join(writeTempFiles({}), 'events.jsonl');
    const many = some(2);
    await createFilePublisher(path).publish(many.slice(0, 1));
    expect(await createFilePublisher(path).publish(many.slice(1))).toMatchObject({
      delivered: [many[1]?.id],
      problem: null,
    });
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      many.map(({ detail }) => ({
        source: 'vif-acceptor',
        'detail-type': 'Request Held',
        time: AT,
        detail: { ...detail, runbook: RUNBOOK },
      })),
    );
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
  });

  it('begins a new line after one that was cut short', async () => {
    const path = join(writeTempFiles({ 'events.jsonl': '{"source":' }), 'events.jsonl');
    await createFilePublisher(path).publish(some(1));
    expect(readFileSync(path, 'utf8')).toMatch(/^\{"source":\n\{.*\}\n$/);
  });

  it('keeps the lines of concurrent runs apart, in a pipe too, which mixes long ones', async () => {
    const path = join(writeTempFiles({}), 'events.fifo');
    execFileSync('mkfifo', [path]);
    const publisher = createFilePublisher(path);
    const padding = 'x'.repeat(300_000);
    const runs = some(4).map((one) => publisher.publish([{ ...one, detail: { ...one.detail, padding } }]));
    // Open for writing too: between two runs no writer may have it open, which readers take for its end.
    const reader = spawn('sh', ['-c', 'exec 3<>"$0"; head -n 4 <&3', path]);
    let read = '';
    for await (const chunk of reader.stdout) read += String(chunk);
    await Promise.all(runs);
    const lines = read.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).detail.padding)).toEqual(
      Array.from({ length: 4 }, () => padding),
    );
  });

  it('delivers nothing to a pipe without a reader', async () => {
    const path = join(writeTempFiles({}), 'events.fifo');
    execFileSync('mkfifo', [path]);
    expect(await createFilePublisher(path).publish(some(2))).toMatchObject({
      delivered: [],
      problem: expect.stringContaining('(ENXIO)'),
    });
  });

  it('ends when a pipe is full and its reader is stuck, and reports what fitted as delivered', async () => {
    const path = join(writeTempFiles({}), 'events.fifo');
    execFileSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDWR);
    onTestFinished(() => closeSync(reader));
    const long = some(3).map((one) => ({ ...one, detail: { ...one.detail, padding: 'x'.repeat(50_000) } }));
    const publisher = createFilePublisher(path);
    expect(await publisher.publish(long)).toMatchObject({
      delivered: [long[0]?.id],
      postponed: [long[1]?.id, long[2]?.id],
      problem: expect.stringContaining('(EAGAIN)'),
    });
    // The line that was cut short stays a line of its own.
    const rest = publisher.publish(some(1));
    let read = '';
    for await (const chunk of spawn('head', ['-n', '3', path]).stdout) read += String(chunk);
    expect((await rest).problem).toBeNull();
    const lines = read.trimEnd().split('\n');
    expect(() => JSON.parse(lines[1] ?? '')).toThrow();
    expect(JSON.parse(lines[2] ?? '').detail).toEqual({ ...some(1)[0]?.detail, runbook: RUNBOOK });
  }, 20_000);

  it('says why it cannot write', async () => {
    const root = writeTempFiles({});
    mkdirSync(join(root, 'events.jsonl'));
    writeFileSync(join(root, 'file'), '');
    for (const [path, code] of [
      [join(root, 'events.jsonl'), 'EISDIR'],
      [join(root, 'file', 'events.jsonl'), 'ENOTDIR'],
      [join(root, 'none', 'events.jsonl'), 'ENOENT'],
    ] as const) {
      expect(await createFilePublisher(path).publish(some(1))).toMatchObject({
        delivered: [],
        problem: expect.stringContaining(`${path} cannot be written (${code})`),
      });
    }
  });
});
