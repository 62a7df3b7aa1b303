import { randomUUID } from 'node:crypto';
import type { Context, Reply, Request } from './wire.ts';
import type { AuditRecord } from './world.ts';

/** The emulator has no address of its callers. */
export const CALLER_ADDRESS = '127.0.0.1';

/** The log contains this many of the latest calls. */
const KEPT = 10_000;

/** Records a call that was signed correctly and answered. Calls that only read are left out: they would displace the others. */
export function recordCall(
  { world, account, region, sessionToken }: Context,
  { headers }: Request,
  call: Pick<AuditRecord, 'service' | 'operation' | 'input' | 'error'>,
  reply: Reply,
): void {
  if (reply.kind !== 'response' || READS.test(call.operation)) return;
  const session = sessionToken === null ? null : (world.sessions.get(sessionToken) ?? null);
  const agent = headers['user-agent'] ?? '';
  const at = world.clock.now().getTime();
  const record = { id: randomUUID(), at, account, region, session, agent, status: reply.status };
  world.auditRecords.push({ ...record, ...call });
  if (world.auditRecords.length > KEPT) world.auditRecords.shift();
}

const READS = /^(Describe|Get|List|Lookup|Read)/;

/** The calls of an account and region that its log has by now, the latest first. */
export function visibleRecords({ world, account, region }: Context): readonly AuditRecord[] {
  const until = world.clock.now().getTime() - world.dialect.auditDelay;
  return world.auditRecords
    .filter((record) => record.account === account && record.region === region && record.at <= until)
    .toReversed();
}
