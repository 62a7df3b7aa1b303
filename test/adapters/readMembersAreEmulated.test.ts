import { globSync, readFileSync } from 'node:fs';
import * as model from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import { VALUE_FIELDS } from '../../core/interfaceFields.ts';
import { everyMember, NOT_IN_THE_PINNED_SDK, operationModel } from '../emulator/apiModel.ts';
import { CALLS } from '../emulator/wire/allCalls.ts';
import { listRoutes } from '../emulator/wire/listRoutes.ts';
import { recordingsOf } from '../emulator/wire/recordingFiles.ts';
import { createRecordedWorld, replayRecording } from '../emulator/wire/replayRecording.ts';

const operations = [...new Set(CALLS.map(({ operation }) => operation))];

/** Members of answers that the adapters read, from their source and from the table of the fields of an interface. */
const read = globSync(['adapters/**/*.ts']).flatMap((file) => [
  ...readFileSync(file, 'utf8').matchAll(/\.(?:text|integer|boolean|items|secret)\('(\w+)'/g),
]);
const ofInterfaces = Object.values(VALUE_FIELDS).flatMap(({ members }) => [...members]);
const relied = [...new Set([...read.map(([, name = '']) => name), ...ofInterfaces])].toSorted();

/** Names of members in the emulator's answers to every recorded call of the clients. */
async function answeredMembers(): Promise<ReadonlySet<string>> {
  const answers = operations.flatMap((operation) =>
    recordingsOf(operation).map((recording) => replayRecording(createRecordedWorld('aws'), recording).body),
  );
  const world = createRecordedWorld('aws');
  const [id = ''] = [...world.world().interfaces.keys()];
  world.setRoutes(id, [{ cidr: '10.0.0.0/16', direction: 'accepted', asPath: [], communities: [] }]);
  // No SDK client records this operation.
  const routes = await listRoutes(world, { virtualInterfaceId: id });
  const bodies = [...answers, JSON.stringify(routes.answer)];
  return new Set(bodies.flatMap((body) => [...body.matchAll(/"(\w+)":/g)].map(([, name = '']) => name)));
}

describe('a member that an adapter reads', () => {
  it('is found in the source, to begin with', () => {
    expect(relied).toEqual(
      expect.arrayContaining(['virtualInterfaceId', 'authKey', 'lagId', 'asnLong', 'tags']),
    );
    expect(relied.length).toBeGreaterThan(20);
  });

  it('is in the model of the API, or newer than it', () => {
    const known = operations
      .filter((operation) => `${operation}$` in model)
      .flatMap((operation) => everyMember(operationModel(model, operation).output))
      .flatMap(({ path }) => path);
    const allowed = [...known, ...NOT_IN_THE_PINNED_SDK];
    expect(relied.filter((name) => !allowed.includes(name))).toEqual([]);
  });

  it('is one that the emulator answers, so that tests cover it', async () => {
    const names = await answeredMembers();
    expect(relied.filter((name) => !names.has(name))).toEqual([]);
  });
});
