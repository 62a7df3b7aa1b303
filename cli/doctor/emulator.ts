import { isLoopback } from '../../adapters/endpoint.ts';
import { humanDuration } from '../output/duration.ts';
import { type Finding, warn } from './doctorFinding.ts';

/** From when on two clocks are not the same, in milliseconds. */
const TOLERANCE_MS = 5 * 60 * 1000;
const LIMIT_MS = 1000;

/**
 * Whether the endpoint is the emulator, and its clock was moved. Its answers carry the real time, by which requests are signed, so
 * that the check of the API's clock cannot show it.
 */
export async function checkEmulator(endpoint: string | null, now: Date): Promise<Finding[]> {
  const there = endpoint !== null && isLoopback(endpoint) ? await clockOf(endpoint) : null;
  const offset = there === null ? 0 : there - now.getTime();
  if (Math.abs(offset) < TOLERANCE_MS) return [];
  const off = `${humanDuration(Math.abs(offset) / 1000)} ${offset > 0 ? 'ahead of' : 'behind'} this machine's`;
  return [
    warn(
      'emulator',
      `its clock is ${off}: requests expire by its clock, and the expiry times shown here do not follow; restart the emulator, or POST /_simulator/reset`,
    ),
  ];
}

/** `null`: it is another server than the emulator. */
async function clockOf(endpoint: string): Promise<number | null> {
  try {
    const answer = await fetch(`${endpoint}/_simulator/clock`, { signal: AbortSignal.timeout(LIMIT_MS) });
    const body: unknown = await answer.json();
    const now = typeof body === 'object' && body !== null && 'now' in body ? body.now : null;
    const time = typeof now === 'string' ? Date.parse(now) : Number.NaN;
    return Number.isNaN(time) ? null : time;
  } catch {
    return null;
  }
}
