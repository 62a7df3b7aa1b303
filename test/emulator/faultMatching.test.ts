import { describe, expect, it } from 'vitest';
import { type Emulator, type FaultInput, InvalidInput } from '../../emulator/emulator.ts';
import { adminRequest, listInterfaces, OWNER, RECIPIENT, startTestEmulator } from './emulatorClients.ts';

const operation = 'DescribeVirtualInterfaces';

describe('the calls that a fault applies to', () => {
  const outcomes = async (simulator: Emulator, calls: number) => {
    const seen: boolean[] = [];
    for (let i = 0; i < calls; i += 1) {
      seen.push(
        await listInterfaces(simulator).then(
          () => true,
          () => false,
        ),
      );
    }
    return seen;
  };

  it.each<[Partial<FaultInput>, boolean[]]>([
    [{}, [false, true, true]],
    [{ times: 2 }, [false, false, true]],
    [{ times: 'always' }, [false, false, false]],
    [{ after: 1 }, [true, false, true]],
    [{ operation: 'DescribeConnections' }, [true, true, true]],
    [{ account: OWNER }, [true, true, true]],
    [{ account: RECIPIENT, operation }, [false, true, true]],
  ])('%j', async (which, expected) => {
    const simulator = await startTestEmulator();
    simulator.addFault({ kind: 'throttle', ...which });
    expect(await outcomes(simulator, 3)).toEqual(expected);
  });

  it('are none once the faults are cleared', async () => {
    const simulator = await startTestEmulator();
    simulator.addFault({ kind: 'throttle', times: 'always' });
    simulator.clearFaults();
    expect(await outcomes(simulator, 1)).toEqual([true]);
  });

  it.each([
    [{ kind: 'gremlin' }, '`kind` must be one of throttle, '],
    [{ kind: 'throttle', operation: 'DescribeConnection' }, '`operation` must be one of CreateConnection, '],
    [{ kind: 'throttle', times: 0 }, '`times` must be a whole number from 1 to 1000000, got `0`'],
    [{ kind: 'throttle', status: 503 }, '`status` must be left out with `throttle`, got `503`'],
    [{ kind: 'html', status: 404 }, '`status` must be left out with `html` or one of 200, 502, got `404`'],
    [{ kind: 'throttle', time: 2 }, '`time` must be left out (known here: kind, '],
    [{}, '`kind` must be one of '],
  ])('are not affected by the invalid fault %j, whose error is reported', async (fault, message) => {
    const simulator = await startTestEmulator();
    const { status, answer } = await adminRequest(simulator, 'POST', 'faults', fault);
    expect({ status, answer }).toEqual({
      status: 400,
      answer: { message: expect.stringContaining(message) },
    });
    expect(() => simulator.addFault({ kind: 'html', status: 404 })).toThrow(InvalidInput);
  });
});
