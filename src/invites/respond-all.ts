import { MAX_CONCURRENT_REQUESTS } from '../cloudflare/limiter.ts';
import type { Outcome } from './outcome.ts';
import { type RespondOptions, respondToInvite, type Target } from './respond.ts';

/**
 * Responds to every target, several at a time, and resolves with the outcomes in the order of the targets. A failure
 * of one does not end the others. Once the step is stopped, the targets that are left end as `not_attempted`.
 * @param onOutcome called for each outcome as it comes, with the number of outcomes so far; what it throws is ignored
 */
export async function respondToAll(
  targets: readonly Target[],
  options: RespondOptions,
  onOutcome: (outcome: Outcome, position: number) => void,
): Promise<readonly Outcome[]> {
  const outcomes = new Map<Target, Outcome>();
  const queue = targets.values();
  const work = async (): Promise<void> => {
    for (const target of queue) {
      const outcome = await respondToInvite(target, options);
      outcomes.set(target, outcome);
      try {
        onOutcome(outcome, outcomes.size);
      } catch {
        // Ignore it: the report holds this outcome as well.
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(MAX_CONCURRENT_REQUESTS, targets.length) }, work));
  return targets.flatMap((target) => outcomes.get(target) ?? []);
}
