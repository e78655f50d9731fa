import type { Clock } from '../src/clock.ts';
import type { Fault } from './faults.ts';
import type { SandboxRequest } from './http.ts';
import type { PastExpiry, SandboxInvite, SecondActorMove } from './invitations.ts';

/** Credentials of the user who received the invites. */
export interface SandboxCredentials {
  readonly token?: string;
  readonly email?: string;
  readonly key?: string;
}

export interface PageInfo {
  readonly count: number;
  readonly page: number;
  readonly per_page: number;
  readonly total_count: number;
}

export interface RateLimit {
  /** Number of requests that are allowed in `windowMs` milliseconds. */
  readonly requests: number;
  readonly windowMs: number;
  /** Milliseconds for which every request fails once the limit is exceeded; by default until the window ends. */
  readonly blockMs?: number;
  /** Sends `Ratelimit` and `Ratelimit-Policy`. */
  readonly announce?: boolean;
  /** Format of the time to wait in a 429, `seconds` by default. */
  readonly retryAfter?: 'seconds' | 'date' | 'ms' | 'none';
}

/** Why Cloudflare refuses a valid token: its scheme, its permissions, or the address it is used from. */
interface TokenRefusal {
  readonly as: 'scheme' | 'permission' | 'resource' | 'location';
  /** Which requests fail, `all` by default. With `PATCH` the token may read. */
  readonly on?: 'all' | 'PATCH';
}

/** How Cloudflare's other list, `/memberships`, behaves where its documentation says nothing. */
export interface MembershipOptions {
  /** The list that has an invite, `both` by default. */
  readonly listOf?: (invite: SandboxInvite) => 'both' | 'invites' | 'memberships';
  /** Id of a membership, by default the id of the invite. */
  readonly idOf?: (inviteId: string) => string;
  /** Milliseconds until the other list shows a response too; 0 by default, `Infinity` is never. */
  readonly settlesAfterMs?: number;
  /** Roles of a pending membership: those of the invite, or none. */
  readonly pendingRoles?: 'shown' | 'empty';
  /** Whether the list, too, has the policies of each membership; by default it does. */
  readonly listedPolicies?: 'shown' | 'omitted';
  /** Whether the list filters by its parameter `status`; by default it does. */
  readonly statusParameter?: 'obeyed' | 'ignored';
  /** Fields of a membership in place of the usual ones. */
  readonly details?: (invite: SandboxInvite) => Readonly<Record<string, unknown>>;
}

export interface SandboxOptions {
  /** Without it, the list of memberships is empty. */
  readonly memberships?: MembershipOptions;
  readonly clock: Clock;
  readonly credentials: SandboxCredentials;
  readonly invites?: readonly SandboxInvite[];
  /** Values that are appended to the list unchanged: null, wrong types, invites without an id. */
  readonly extraListEntries?: readonly unknown[];
  /** Invites on a page, 20 by default. */
  readonly pageSize?: number;
  /** Uses the client's `per_page` as the page size. */
  readonly honourPerPage?: boolean;
  /** `unpaged` returns the whole list for every page, `stuck` the first page for every page. */
  readonly paging?: 'paged' | 'unpaged' | 'stuck';
  /** `wrong` counts far more invites than exist. */
  readonly resultInfo?: 'right' | 'missing' | 'wrong' | ((right: PageInfo) => unknown);
  readonly rateLimit?: RateLimit;
  readonly tokenRefusal?: TokenRefusal;
  /** Milliseconds between a request, which takes effect on arrival, and its response. */
  readonly latencyMs?: number | ((request: SandboxRequest) => number);
  readonly faults?: readonly Fault[];
  /** Response to a PATCH on an invite that is not pending: an error, or 200 with the unchanged invite. */
  readonly repeatedResponse?: 'error' | 'same';
  /** Revokes the credentials after this number of requests. */
  readonly revokeAfter?: number;
  /** What somebody else does to the invites. */
  readonly secondActor?: readonly SecondActorMove[];
  /** After a response, an invite stays, `kept`, or its id is unknown, `gone`. */
  readonly handledInvites?: 'kept' | 'gone';
  /** `expired` by default. */
  readonly pastExpiry?: PastExpiry;
  /** ASCII case of the ids in responses. */
  readonly idCase?: 'kept' | 'upper';
  /** Sends `Date`, by the clock of the sandbox. */
  readonly sendDate?: boolean;
  /** Response to an unknown id: 400 with code 7003 by default, 404 with 1003, 403 with 9109. */
  readonly unknownId?: 400 | 403 | 404;
  /** `refused`: `page` and `per_page` are an error, and without them the list is whole. */
  readonly pageParameters?: 'known' | 'refused';
  /** Form of `result` in an empty list. */
  readonly emptyList?: 'array' | 'null' | 'missing';
  /** HTTP status of every refusal, in place of the one that belongs to its code. */
  readonly refusalStatus?: number;
  /** Response to an unknown or revoked token: 401 with code 1000 by default, 403 with 9109. */
  readonly unknownToken?: 401 | 403;
}
