import { type ManualOverrideCommand, manualOverrideFor } from './manualOverrideCommand.ts';
import type { ReportedDecision, RequestReport } from './runReport.ts';

/**
 * What a person should do about a pending request, with the manual override command if there is one: one line, safe to
 * print.
 */
export function adviceWithCommand({
  decision,
  manualOverrideCommand,
}: Pick<RequestReport, 'decision' | 'manualOverrideCommand'>): string {
  const advice = adviceFor(decision);
  return manualOverrideCommand === null
    ? advice
    : `${advice}; ${labelManualCommand(decision, manualOverrideCommand)}: ${manualOverrideCommand.text}`;
}

/** The label of a command that accepts the request: whether it bypasses the policy, and what is missing in it. */
export function labelManualCommand(
  { verdict }: ReportedDecision,
  { gatewayPlaceholder }: ManualOverrideCommand,
): string {
  const label =
    verdict === 'accept'
      ? 'to accept it manually now, as the policy does'
      : 'manual override, which bypasses the policy';
  return gatewayPlaceholder === null
    ? label
    : `${label} (replace ${gatewayPlaceholder} by the agreed gateway)`;
}

/** What a person should do about a pending request, without the command. */
export function adviceFor(decision: ReportedDecision): string {
  if (decision.verdict === 'accept')
    return 'the policy allows it, and the next run tries again; if it fails again, fix the cause shown';
  return adviceForCodes(decision.reasons.map(({ code }) => code));
}

export const VERIFY_OWNER = 'verify the owner out of band, over a contact that was known before this request';

function adviceForCodes(codes: readonly string[]): string {
  switch (manualOverrideFor(codes)) {
    case 'verifyFirst':
      return `${VERIFY_OWNER}; ${adviceAfterVerification(codes)}`;
    case 'wouldFail':
      return codes.includes('frozen')
        ? `fix the gateway, or its ID in the policy; then ${LIFT_FREEZE}; a manual confirm would fail until the gateway is fixed`
        : 'fix the gateway, or its ID in the policy: the next run then tries again; a manual confirm would fail until then';
    default:
      return adviceForChange(codes);
  }
}

function adviceAfterVerification(codes: readonly string[]): string {
  if (codes.includes('type-not-supported'))
    return 'then have another type of interface offered instead: no policy can allow this one';
  if (codes.includes('unreadable'))
    return 'then check the request with the AWS CLI and ask the provider: no policy can allow an unreadable request';
  if (codes.includes('other-region'))
    return 'then write a policy for that region; if the API names the wrong one, ask the provider';
  return 'then change the policy';
}

function adviceForChange(codes: readonly string[]): string {
  if (codes.every((code) => code === 'run-limit')) return 'nothing: the next run tries again';
  if (!codes.includes('frozen'))
    return 'ask the owner; then allow it in the policy, or have the owner correct the request (docs/reasons.md)';
  // The run limit only delays a request.
  const others = codes.some((code) => code !== 'frozen' && code !== 'run-limit');
  return `${LIFT_FREEZE}${others ? ', and allow it in the policy' : ''}`;
}

const LIFT_FREEZE = 'ask who set `freeze: true`, then remove it';
