import type { Outcome } from './outcome.ts';
import { type RespondOptions, respondToInvite, type Target } from './respond.ts';

/**
 * Answers every target, at most `concurrency` at a time, and resolves with the outcomes in the targets' order.
 * A failure does not keep the others from being answered; where the client refuses to send, they end as
 * `not_attempted`.
 *
 * @param onOutcome told of each outcome as it comes, with the number of outcomes so far
 */
export async function respondToAll(
  targets: readonly Target[],
  task: RespondOptions,
  concurrency: number,
  onOutcome: (outcome: Outcome, position: number) => void,
): Promise<readonly Outcome[]> {
  const outcomes = new Map<Target, Outcome>();
  const queue = targets.values();
  const work = async (): Promise<void> => {
    for (const target of queue) {
      const outcome = await respondToInvite(target, task);
      outcomes.set(target, outcome);
      onOutcome(outcome, outcomes.size);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, targets.length) }, work));
  return targets.flatMap((target) => outcomes.get(target) ?? []);
}
