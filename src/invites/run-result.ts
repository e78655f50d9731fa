import type { Scheme } from '../cloudflare/credentials.ts';
import type { StopError } from '../cloudflare/errors.ts';
import type { InviteResponse } from '../cloudflare/invite.ts';
import type { ProxyProblem } from '../proxy.ts';
import { isFailed, type Outcome } from './outcome.ts';
import type { InviteSearch, SearchFailure } from './search.ts';

/** What a step was asked to do, as far as its reports depend on it. */
export interface StepContext {
  readonly desiredStatus: InviteResponse;
  readonly dryRun: boolean;
  readonly scheme: Scheme;
}

/** What it means for the step that no invite matches. */
export type IfNoMatch = 'ignore' | 'warn' | 'error';

/** Result of a run that sent nothing, or that this program broke. */
export type BrokenRun =
  /** The inputs cannot be used: one problem for each. */
  | { readonly kind: 'invalid-inputs'; readonly problems: readonly string[] }
  /** The proxy that the environment names cannot be used. */
  | { readonly kind: 'proxy'; readonly problem: ProxyProblem }
  /** This program failed. */
  | { readonly kind: 'defect'; readonly description: string };

/** Result of a run. */
export type RunResult =
  | BrokenRun
  /** The list could not be read, or the step was stopped meanwhile. */
  | { readonly kind: 'list-failed'; readonly context: StepContext; readonly failure: SearchFailure }
  /** The list was read, and it holds nothing to respond to. */
  | {
      readonly kind: 'no-match';
      readonly context: StepContext;
      readonly search: InviteSearch;
      readonly ifNoMatch: IfNoMatch;
      readonly waitSeconds: number;
    }
  /** The invites were handled. */
  | {
      readonly kind: 'handled';
      readonly context: StepContext;
      readonly outcomes: readonly Outcome[];
      /** What the list held, in list mode. */
      readonly search: InviteSearch | undefined;
      /** Why the step ended early, if it did. */
      readonly stop: StopError | undefined;
    };

/** The reason that ended a run early. A step whose invites all failed on their own account was not ended by it. */
export function relevantStop(reason: StopError | undefined, outcomes: readonly Outcome[]): StopError | undefined {
  const isCancelled = reason?.reason.kind === 'cancelled';
  return isCancelled || outcomes.filter(isFailed).some(({ causedByStop }) => causedByStop) ? reason : undefined;
}

/** What the list of invites held, if it was read. */
export function searchOf(result: RunResult): InviteSearch | undefined {
  return 'search' in result ? result.search : undefined;
}

/** What became of the invites that were handled. */
export function outcomesOf(result: RunResult): readonly Outcome[] {
  return result.kind === 'handled' ? result.outcomes : [];
}
