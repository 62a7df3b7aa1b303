import { REQUEST_TIMEOUT_MS } from '../../../adapters/connectApis.ts';
import type { Answer, Call } from '../cloud/virtualServer.ts';
import type { Place } from '../plan/callFaults.ts';
import type { VirtualRun } from '../virtualRun.ts';
import { isOffer, type Truth } from './groundTruth.ts';
import { toFields, toFieldsList } from './reportsInvariant.ts';
import type { checkSafety, Scene } from './safetyInvariant.ts';

/** Observes the calls between the function and the provider, and their effects, and updates the truths. */
export function createObserver(scene: Scene, safety: ReturnType<typeof checkSafety>) {
  const { truths, world, now } = scene;
  const begun = new Map<Call, Truth['taken']>();
  const sentAt = new Map<Call, number>();

  function isListing({ operation, body }: Call): boolean {
    return (
      operation === 'DescribeVirtualInterfaces' && toFields(JSON.parse(body)).virtualInterfaceId === undefined
    );
  }

  /** Whether an answer claims to be complete, but lacks an interface. */
  function conceal(reply: Answer): void {
    const answered = parsed(reply);
    if (answered === null || !Array.isArray(answered.virtualInterfaces)) return;
    const shown = new Set(
      toFieldsList(answered.virtualInterfaces).map(({ virtualInterfaceId }) => virtualInterfaceId),
    );
    for (const truth of truths.values())
      if (isOffer(truth) && world().interfaces.has(truth.id) && !shown.has(truth.id)) truth.hidden = true;
  }

  function keepListed({ listed }: VirtualRun): void {
    for (const truth of truths.values())
      if (truth.taken !== null && !listed.has(truth.id)) listed.set(truth.id, truth.shown);
  }

  function keepLook({ looks }: VirtualRun, id: string, at: number): void {
    const truth = truths.get(id);
    if (truth !== undefined) looks.set(id, { sentAt: at, receivedAt: null, shown: truth.shown });
  }

  return {
    sent: (run: VirtualRun, place: Place, call: Call): void => {
      sentAt.set(call, now());
      if (place !== 'api') return;
      const input = toFields(JSON.parse(call.body));
      if (isListing(call)) run.listedAt ??= now();
      else if (call.operation === 'ConfirmPrivateVirtualInterface')
        begun.set(
          call,
          safety.confirms(run, String(input.virtualInterfaceId), String(input.virtualGatewayId)),
        );
    },
    arrives: (run: VirtualRun, place: Place, call: Call, make: () => Answer): Answer => {
      if (place === 'gateways') run.gatewaysAt = now();
      if (place !== 'api') return make();
      const id = idOf(call);
      const before = world().interfaces.get(id)?.state;
      const reply = make();
      const after = world().interfaces.get(id)?.state;
      if (
        call.operation === 'ConfirmPrivateVirtualInterface' &&
        before === 'confirming' &&
        after === 'pending'
      )
        safety.tookEffect(run, id, begun.get(call) ?? null);
      if (isListing(call)) {
        conceal(reply);
        keepListed(run);
      } else if (call.operation === 'DescribeVirtualInterfaces') keepLook(run, id, sentAt.get(call) ?? now());
      return reply;
    },
    received: (run: VirtualRun, place: Place, call: Call, reply: Answer): void => {
      const answered = place === 'api' ? parsed(reply) : null;
      // An answer after the time limit does not reach its caller.
      const isLate = now() - (sentAt.get(call) ?? now()) >= REQUEST_TIMEOUT_MS;
      if (answered === null || isLate) return;
      const look = isListing(call) ? undefined : run.looks.get(idOf(call));
      if (look !== undefined) look.receivedAt = now();
      if (call.operation === 'ConfirmPrivateVirtualInterface') recordAnswer(truths.get(idOf(call)), answered);
      for (const shown of toFieldsList(answered.virtualInterfaces)) {
        safety.looked(String(shown.virtualInterfaceId), shown.virtualInterfaceState);
        recordAnswer(truths.get(String(shown.virtualInterfaceId)), shown);
      }
    },
  };
}

function idOf({ body }: Call): string {
  return String(toFields(JSON.parse(body)).virtualInterfaceId);
}

function recordAnswer(
  truth: Truth | undefined,
  { virtualInterfaceState: state }: Readonly<Record<string, unknown>>,
): void {
  if (truth?.taken && (state === 'pending' || state === 'available' || state === 'down'))
    truth.taken.received = true;
  if (truth !== undefined && state === 'available') truth.wasAvailable = true;
}

function parsed(reply: Answer) {
  if ('broken' in reply || reply.status !== 200) return null;
  try {
    return toFields(JSON.parse(reply.body));
  } catch {
    // An answer that is not JSON has no content.
    return null;
  }
}
