import { startSimulator } from '../../emulator/emulator.ts';
import { tapServers } from '../calls/recordedCalls.ts';
import { answerParent } from '../serveParent.ts';
import { fill } from '../world/fill.ts';
import { readFilling } from '../world/population.ts';

/** The provider. */
const { take } = tapServers();
const simulator = await startSimulator({ dialect: 'aws' });
answerParent(simulator.url, {
  take,
  fill: (input) => {
    const { population, latency } = readFilling(input, '');
    simulator.reset();
    simulator.setLatency(latency);
    fill(simulator.world, population);
  },
});
