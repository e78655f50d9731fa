import { type ApiError, StopError } from '../cloudflare/errors.ts';
import { isFailed, type Outcome } from './outcome.ts';
import { relevantStop } from './run-result.ts';

/**
 * Attributes invites to the cause that stopped the step, so that it is reported once: those that failed for the same
 * cause. Where the credentials are refused for the only invite of a step, they are that cause too: no second invite can
 * show that the refusal concerns one alone.
 */
export function attributeToStop(
  outcomes: readonly Outcome[],
  stop: StopError | undefined,
): { readonly outcomes: readonly Outcome[]; readonly stop: StopError | undefined } {
  const refusal = outcomes.length === 1 ? outcomes.flatMap((outcome) => errorOf(outcome) ?? [])[0] : undefined;
  const isRefused = refusal?.stopKind === 'credentials' && stop === undefined;
  const cause = isRefused ? new StopError({ kind: 'credentials', error: { ...refusal, isAuthError: true } }) : stop;
  const attributed = outcomes.map((outcome) =>
    cause !== undefined && errorOf(outcome)?.stopKind === cause.reason.kind
      ? { ...outcome, causedByStop: true }
      : outcome,
  );
  return { outcomes: attributed, stop: relevantStop(cause, attributed) };
}

/** The request that an invite failed for. */
function errorOf(outcome: Outcome): ApiError | undefined {
  return isFailed(outcome) && outcome.cause.kind === 'request' ? outcome.cause.failure.error : undefined;
}
