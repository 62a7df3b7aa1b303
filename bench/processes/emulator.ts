import { startEmulator } from '../../emulator/emulator.ts';
import { recordServerCalls } from '../calls/recordedCalls.ts';
import { serveParent } from '../serveParent.ts';
import { fillWorld } from '../world/fill.ts';
import { readFilling } from '../world/population.ts';

/** The emulated provider. */
const { take } = recordServerCalls();
const simulator = await startEmulator({ dialect: 'aws' });
serveParent(simulator.url, {
  take,
  fill: (input) => {
    const { population, latency } = readFilling(input, '');
    simulator.reset();
    simulator.setLatency(latency);
    fillWorld(simulator.world, population);
  },
});
