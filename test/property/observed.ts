import type { CloudflareSandbox, Moment, RecordedRequest } from '../../sandbox/cloudflare.ts';
import { type Exchange, exchangesOf, type KnownOfInvite, knownOf } from './evidence.ts';
import type { RandomStep } from './random-step.ts';

/** What can be seen of a step from outside, whether it was in this process or in a child. */
export interface Observed {
  readonly exitCode: number | null;
  readonly outputs: Readonly<Record<string, string>>;
  readonly errors: readonly { readonly title: string; readonly message: string }[];
  readonly summary: string;
  /** Everything that was shown to people, in one text. */
  readonly shown: string;
  readonly requests: readonly RecordedRequest[];
  readonly maxConcurrent: number;
  /** Every change of the invites, those after the end of the step included. */
  readonly invitations: Pick<CloudflareSandbox['invitations'], 'history' | 'statesBetween'>;
  /** When the step began, in milliseconds since the epoch, and when it ended. */
  readonly startMs: number;
  readonly end: Moment;
}

/** A result of a step, in this process or in a child. */
type Result = Pick<Observed, 'exitCode' | 'outputs' | 'summary'> & {
  readonly annotations: readonly { readonly level: string; readonly title: string; readonly message: string }[];
  readonly log: readonly string[];
  readonly debug: readonly string[];
};

/** Observes a step that has just ended. Then settles its invites: a later change can also contradict what it said. */
export function observe(
  { exitCode, outputs, summary, annotations, log, debug }: Result,
  { invitations, requests, maxConcurrent }: CloudflareSandbox,
  startMs: number,
): Observed {
  const end = invitations.now();
  invitations.settle();
  return {
    exitCode,
    outputs,
    errors: annotations.filter(({ level }) => level === 'error'),
    summary,
    shown: JSON.stringify([annotations, log, debug, summary, outputs]),
    requests,
    maxConcurrent,
    invitations,
    startMs,
    end,
  };
}

/** One entry of the output `invites`. */
export interface Entry {
  readonly id: string;
  readonly status?: string;
  readonly outcome: string;
  readonly error?: string;
}

/** Everything about one handled invite. */
export interface HandledInvite {
  readonly entry: Entry;
  /** Id in lower case. */
  readonly id: string;
  readonly exchanges: readonly Exchange[];
  readonly patches: readonly Exchange[];
  readonly known: KnownOfInvite;
  /** The last response that showed the status, and the invite as it showed it. */
  readonly last: Exchange | undefined;
  /** Changes that requests of the step made, also after its end. */
  readonly ownChanges: readonly { readonly atMs: number }[];
}

/** An observed step with everything that the invariants need. */
export interface AnalyzedRun extends Observed {
  readonly step: RandomStep;
  readonly isList: boolean;
  readonly cancelMs: number;
  /** Handled ids, in lower case. */
  readonly chosen: readonly string[];
  readonly handled: readonly HandledInvite[];
}

/** Time for requests that were under way when the job was cancelled. */
export const CANCEL_GRACE_MS = 1_000;

/** Collects what is known of each handled invite. */
export function analyze(step: RandomStep, seen: Observed): AnalyzedRun {
  const entries = JSON.parse(seen.outputs.invites ?? '') as Entry[];
  const chosen = (JSON.parse(seen.outputs.invite_ids ?? '') as string[]).map((id) => id.toLowerCase());
  const cancelMs = step.cancelAt === undefined ? Number.POSITIVE_INFINITY : seen.startMs + step.cancelAt;
  const deadlineMs = seen.startMs + step.timeoutSeconds * 1_000;
  const cutMs = Math.min(cancelMs + CANCEL_GRACE_MS, deadlineMs);
  const toHandled = (entry: Entry): HandledInvite => {
    const id = entry.id.toLowerCase();
    const exchanges = exchangesOf(seen.requests, id, step.status, cutMs);
    return {
      entry,
      id,
      exchanges,
      patches: exchanges.filter(({ effect }) => effect !== undefined),
      known: knownOf(exchanges),
      last: exchanges.findLast(({ shown }) => shown !== undefined),
      ownChanges: seen.invitations.history.filter((change) => change.id === id && typeof change.cause === 'object'),
    };
  };
  return { ...seen, step, isList: step.inviteIds.length === 0, cancelMs, chosen, handled: entries.map(toHandled) };
}

/** Every status that an invite had between a request, which may be one for the list, and its response. */
export function statusesDuring(run: AnalyzedRun, id: string, { record }: Exchange): readonly (string | undefined)[] {
  return run.invitations.statesBetween(id, record, record.response ?? run.end).map((invite) => invite?.status);
}
