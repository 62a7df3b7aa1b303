import { setTimeout as pause } from 'node:timers/promises';
import { createFileLedger } from '../../adapters/ledgers/file/fileLedger.ts';
import { anObservation } from '../support/ledgerBuilders.ts';

/**
 * A separate process for tests of concurrent access to a ledger file. `node process.ts FILE NAME TIMES` takes the lease of one target
 * repeatedly, and records one observation each time. `node process.ts FILE hold` takes the lease, writes once, prints a
 * line, and keeps the lease until it is killed.
 */
const [path = '', name = '', times = '0'] = process.argv.slice(2);
const clock = { now: () => new Date(), monotonic: () => performance.now() };
const ledger = createFileLedger(path, clock);

// By default, exceeding the file size limit kills the process. Here the write has to fail.
process.on('SIGXFSZ', () => undefined);

if (name === 'hold') {
  const session = await ledger.open('outscale/eu-west-2/012345678901', 60_000);
  await session?.write([{ kind: 'observed', id: 'dxvif-1', observation: anObservation() }]);
  process.stdout.write('held\n');
  setInterval(() => undefined, 60_000);
}

for (let turn = 0; turn < Number(times); ) {
  const session = await ledger.open('outscale/eu-west-2/012345678901', 60_000);
  if (session === null) {
    await pause(5);
    continue;
  }
  await session.write([{ kind: 'observed', id: `dxvif-${name}${turn}`, observation: anObservation() }]);
  await session.close([]);
  turn += 1;
}
