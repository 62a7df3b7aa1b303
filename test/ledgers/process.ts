import { setTimeout as pause } from 'node:timers/promises';
import { createFileLedger } from '../../adapters/ledgers/file/fileLedger.ts';
import { anObservation } from '../support/ledgerBuilders.ts';

/**
 * A process of its own, for tests of what several do to one file: takes the lease as often as it is told to, and
 * sights one interface under each. `node process.ts FILE NAME TIMES`, one key for all. `node process.ts FILE hold`: takes it,
 * writes once, says so, and holds it until it is killed.
 */
const [path = '', name = '', times = '0'] = process.argv.slice(2);
const clock = { now: () => new Date(), monotonic: () => performance.now() };
const ledger = createFileLedger(path, clock);

// A disk quota kills by default; here it is to fail the write.
process.on('SIGXFSZ', () => undefined);

if (name === 'hold') {
  const session = await ledger.open('outscale/eu-west-2/012345678901', 60_000);
  await session?.write([{ kind: 'sighted', id: 'dxvif-1', observation: anObservation() }]);
  process.stdout.write('held\n');
  setInterval(() => undefined, 60_000);
}

for (let turn = 0; turn < Number(times); ) {
  const session = await ledger.open('outscale/eu-west-2/012345678901', 60_000);
  if (session === null) {
    await pause(5);
    continue;
  }
  await session.write([{ kind: 'sighted', id: `dxvif-${name}${turn}`, observation: anObservation() }]);
  await session.close([]);
  turn += 1;
}
