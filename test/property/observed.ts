import type { CloudflareSandbox, Moment, RecordedRequest } from '../../sandbox/cloudflare.ts';
import { type Exchange, exchangesOf, type Knowledge, knowledgeOf } from './evidence.ts';
import type { Case } from './random-step.ts';

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
  /** The whole story of the invites, what happened after the end of the step included. */
  readonly invitations: Pick<CloudflareSandbox['invitations'], 'history' | 'statesBetween'>;
  /** When the step began, in milliseconds since the epoch, and when it ended. */
  readonly startMs: number;
  readonly end: Moment;
}

/** One entry of the output `invites`. */
export interface Entry {
  readonly id: string;
  readonly status?: string;
  readonly outcome: string;
  readonly error?: string;
}

/** Everything about one handled invite. */
export interface Story {
  readonly entry: Entry;
  /** Id in lower case. */
  readonly id: string;
  readonly exchanges: readonly Exchange[];
  readonly patches: readonly Exchange[];
  readonly knowledge: Knowledge;
  /** The last response that showed the status, and the invite as it showed it. */
  readonly last: Exchange | undefined;
  /** Changes that requests of the step made, also after its end. */
  readonly ownChanges: readonly { readonly atMs: number }[];
}

/** A run with what all invariants need of it. */
export interface Judged extends Observed {
  readonly given: Case;
  readonly isList: boolean;
  readonly cancelMs: number;
  /** Handled ids, in lower case. */
  readonly chosen: readonly string[];
  readonly stories: readonly Story[];
}

/** Time for requests that were under way when the job was cancelled. */
export const CANCEL_GRACE_MS = 1_000;

/** Puts together what is known of each handled invite. */
export function judge(given: Case, seen: Observed): Judged {
  const entries = JSON.parse(seen.outputs.invites ?? '') as Entry[];
  const chosen = (JSON.parse(seen.outputs.invite_ids ?? '') as string[]).map((id) => id.toLowerCase());
  const cancelMs = given.cancelAt === undefined ? Number.POSITIVE_INFINITY : seen.startMs + given.cancelAt;
  const tell = (entry: Entry): Story => {
    const id = entry.id.toLowerCase();
    const exchanges = exchangesOf(seen.requests, id, given.status, cancelMs + CANCEL_GRACE_MS);
    return {
      entry,
      id,
      exchanges,
      patches: exchanges.filter(({ effect }) => effect !== undefined),
      knowledge: knowledgeOf(exchanges),
      last: exchanges.findLast(({ shown }) => shown !== undefined),
      ownChanges: seen.invitations.history.filter((change) => change.id === id && typeof change.cause === 'object'),
    };
  };
  return { ...seen, given, isList: given.inviteIds.length === 0, cancelMs, chosen, stories: entries.map(tell) };
}

/** Every status that an invite had between a request, which may be one for the list, and its response. */
export function statusesDuring(run: Judged, id: string, { record }: Exchange): readonly (string | undefined)[] {
  return run.invitations.statesBetween(id, record, record.response ?? run.end).map((invite) => invite?.status);
}
