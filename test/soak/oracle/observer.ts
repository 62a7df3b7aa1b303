import { REQUEST_TIMEOUT_MS } from '../../../adapters/connectApis.ts';
import { type Answer, type Call, isConfirm } from '../cloud/virtualServer.ts';
import type { Place } from '../plan/callFaults.ts';
import type { VirtualRun } from '../virtualRun.ts';
import { isListedForUs, type Truth } from './groundTruth.ts';
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

  /** Marks the interfaces that a listing lacks although it claims to be complete. */
  function markHidden(reply: Answer): void {
    const content = parseAnswer(reply);
    if (content === null || !Array.isArray(content.virtualInterfaces)) return;
    const shown = new Set(
      toFieldsList(content.virtualInterfaces).map(({ virtualInterfaceId }) => virtualInterfaceId),
    );
    for (const truth of truths.values())
      if (isListedForUs(truth) && world().interfaces.has(truth.id) && !shown.has(truth.id))
        truth.hidden = true;
  }

  function recordListing({ listed }: VirtualRun): void {
    for (const truth of truths.values())
      if (truth.taken !== null && !listed.has(truth.id)) listed.set(truth.id, truth.shown);
  }

  function recordDescription({ descriptions, gatewaysReadAt }: VirtualRun, id: string, at: number): void {
    const truth = truths.get(id);
    if (truth === undefined) return;
    // An attempt asks for its gateways at the same moment as for its request. A description that follows alone uses the same gateways.
    const gatewaysAskedAt = gatewaysReadAt.has(at) ? at : (descriptions.get(id)?.gatewaysAskedAt ?? null);
    descriptions.set(id, { sentAt: at, gatewaysAskedAt, receivedAt: null, shown: truth.shown });
  }

  return {
    sent: (run: VirtualRun, place: Place, call: Call): void => {
      sentAt.set(call, now());
      if (place === 'gateways' && !run.gatewaysReadAt.has(now()))
        run.gatewaysReadAt.set(now(), Number.POSITIVE_INFINITY);
      if (place !== 'api') return;
      const input = toFields(JSON.parse(call.body));
      if (isListing(call)) run.listedAt ??= now();
      else if (isConfirm(call))
        begun.set(
          call,
          safety.confirms(
            run,
            String(input.virtualInterfaceId),
            String(input.virtualGatewayId ?? input.directConnectGatewayId),
          ),
        );
    },
    arrives: (run: VirtualRun, place: Place, call: Call, make: () => Answer): Answer => {
      if (place === 'gateways') {
        const sent = sentAt.get(call) ?? now();
        run.gatewaysReadAt.set(sent, Math.min(run.gatewaysReadAt.get(sent) ?? now(), now()));
      }
      if (place !== 'api') return make();
      const id = idOf(call);
      const before = world().interfaces.get(id)?.state;
      const reply = make();
      const after = world().interfaces.get(id)?.state;
      if (isConfirm(call) && before === 'confirming' && after === 'pending')
        safety.tookEffect(run, id, begun.get(call) ?? null);
      if (isListing(call)) {
        markHidden(reply);
        recordListing(run);
      } else if (call.operation === 'DescribeVirtualInterfaces')
        recordDescription(run, id, sentAt.get(call) ?? now());
      return reply;
    },
    received: (run: VirtualRun, place: Place, call: Call, reply: Answer): void => {
      const content = place === 'api' ? parseAnswer(reply) : null;
      // An answer after the time limit does not reach its caller.
      const isLate = now() - (sentAt.get(call) ?? now()) >= REQUEST_TIMEOUT_MS;
      if (content === null || isLate) return;
      const description = isListing(call) ? undefined : run.descriptions.get(idOf(call));
      if (description !== undefined) description.receivedAt = now();
      if (isConfirm(call)) recordShownState(truths.get(idOf(call)), content);
      for (const shown of toFieldsList(content.virtualInterfaces)) {
        safety.recordState(String(shown.virtualInterfaceId), shown.virtualInterfaceState);
        recordShownState(truths.get(String(shown.virtualInterfaceId)), shown);
      }
    },
  };
}

function idOf({ body }: Call): string {
  return String(toFields(JSON.parse(body)).virtualInterfaceId);
}

/** Records that the state of an interface was received. */
function recordShownState(
  truth: Truth | undefined,
  { virtualInterfaceState: state }: Readonly<Record<string, unknown>>,
): void {
  if (truth?.taken && (state === 'pending' || state === 'available' || state === 'down'))
    truth.taken.received = true;
  if (truth !== undefined && state === 'available') truth.wasAvailable = true;
}

function parseAnswer(reply: Answer) {
  if ('broken' in reply || reply.status !== 200) return null;
  try {
    return toFields(JSON.parse(reply.body));
  } catch {
    // An answer that is not JSON has no content.
    return null;
  }
}
