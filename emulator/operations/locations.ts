import { exactObject } from '../decoders.ts';
import { type Operation, operation } from '../wire.ts';

/** Locations that every emulated region offers. The emulator takes any other location as well. */
const LOCATIONS = [
  { locationCode: 'PAR1', locationName: 'Emulated location 1, Paris' },
  { locationCode: 'PAR2', locationName: 'Emulated location 2, Paris' },
  { locationCode: 'EqDC2', locationName: 'Emulated location 3, Ashburn' },
];

/** What the model of AWS has, and OUTSCALE does not document. */
const PORTS = {
  availablePortSpeeds: ['1G', '10G', '100G', '400G'],
  availableProviders: ['Emulated Provider'],
  availableMacSecPortSpeeds: [],
};

/** Lists the locations of the emulator, and those at which it has connections of the caller's region. */
const describeLocations = operation(exactObject({}), ({ world, region }) => {
  const used = [...world.connections.values(), ...world.lags.values()]
    .filter((line) => line.region === region)
    .map(({ location }) => location);
  const others = [...new Set(used)].filter((code) =>
    LOCATIONS.every(({ locationCode }) => locationCode !== code),
  );
  const all = [...LOCATIONS, ...others.map((code) => ({ locationCode: code, locationName: code }))];
  const more = world.dialect.name === 'aws' ? PORTS : {};
  return { locations: all.map((location) => ({ ...location, region, ...more })) };
});

export const LOCATION_OPERATIONS: Readonly<Record<string, Operation>> = {
  DescribeLocations: describeLocations,
};
