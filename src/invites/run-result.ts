import type { Scheme } from '../cloudflare/credentials.ts';
import type { StopError } from '../cloudflare/errors.ts';
import type { InviteKind, InviteResponse } from '../cloudflare/invite.ts';
import type { ProxyProblem } from '../proxy.ts';
import { isFailed, type Outcome } from './outcome.ts';
import type { InviteSearch, SearchFailure } from './search.ts';

/** What a step was asked to do, as far as its reports depend on it. */
export interface StepContext {
  readonly desiredStatus: InviteResponse;
  readonly dryRun: boolean;
  readonly scheme: Scheme;
}

/** What the step does if no invite matches. */
export type IfNoMatch = 'ignore' | 'warn' | 'error';

/** Result of a run. */
export type RunResult =
  | { readonly kind: 'invalid-inputs'; readonly problems: readonly string[] }
  | { readonly kind: 'proxy'; readonly problem: ProxyProblem }
  | { readonly kind: 'defect'; readonly description: string }
  | {
      readonly kind: 'list-failed';
      readonly context: StepContext;
      readonly list: InviteKind;
      readonly failure: SearchFailure;
    }
  | {
      readonly kind: 'no-match';
      readonly context: StepContext;
      readonly search: InviteSearch;
      readonly ifNoMatch: IfNoMatch;
      readonly waitSeconds: number;
    }
  | {
      readonly kind: 'handled';
      readonly context: StepContext;
      readonly outcomes: readonly Outcome[];
      /** What the list held, in list mode. */
      readonly search: InviteSearch | undefined;
      readonly stop: StopError | undefined;
      /** Cloudflare's time at the end of the run, in milliseconds since the Unix epoch. */
      readonly endMs: number;
    };

/** What stopped a run, if it explains the result: not where every failed invite has a cause of its own. */
export function relevantStop(stop: StopError | undefined, outcomes: readonly Outcome[]): StopError | undefined {
  const isCancelled = stop?.reason.kind === 'cancelled';
  return isCancelled || outcomes.filter(isFailed).some(({ causedByStop }) => causedByStop) ? stop : undefined;
}
