/**
 * What a failed request may have done on the server: nothing, because the server did not look at the invite
 * (`not-applied`); nothing, perhaps because of the invite, whose status is worth reading (`rejected`); or `unknown`.
 */
export type Effect = 'not-applied' | 'rejected' | 'unknown';

/** What a response with a certain HTTP status means, unless its body or its headers say otherwise. */
interface StatusRule {
  /** Whether another attempt may succeed. Source: Cloudflare's own clients for 408, 409, 429 and 5xx. */
  readonly isRetryable: boolean;
  readonly effect: Effect;
  /** What the author of the workflow can do about it. */
  readonly hint: string;
}

/** The hint for an unknown effect without a known reason. */
export const UNKNOWN_EFFECT_HINT =
  'Run the job again: an invite that has the desired status by then counts as success. If it goes on, ask Cloudflare’s support.';

/** The hint for a failure of Cloudflare's own. */
export const TROUBLE_HINT =
  'Cloudflare has trouble: see https://www.cloudflarestatus.com, and run the job again later.';

/** The hint for a conflict with somebody else's change. */
export const CONFLICT_HINT = 'Something else was changing the invite at the same time. Run the job again.';

/** The hint for a rate limit. */
export const RATE_LIMIT_HINT =
  'The user is over Cloudflare’s rate limit (1,200 requests in 5 minutes, shared by everything that uses the same user; a block lasts 5 minutes). Raise timeout-seconds, or run fewer jobs with this user at the same time.';

/** The hint for an address that the API does not have. */
export const ROUTING_HINT =
  'There is no such API at this address: check api-base-url. Cloudflare’s own ends with /client/v4.';

const REDIRECTED: StatusRule = {
  isRetryable: false,
  effect: 'not-applied',
  hint: 'The credentials are never sent on to another address. Check api-base-url, and whether a proxy or login page stands in the way.',
};
const REFUSED: StatusRule = {
  isRetryable: false,
  effect: 'rejected',
  hint: 'Cloudflare refused this request for a reason of its own: see its message.',
};
const UNCLEAR: StatusRule = { isRetryable: true, effect: 'unknown', hint: UNKNOWN_EFFECT_HINT };
const TROUBLE: StatusRule = { ...UNCLEAR, hint: TROUBLE_HINT };
const INSECURE_ORIGIN: StatusRule = {
  ...TROUBLE,
  hint: 'Cloudflare could not make a secure connection to the server behind it. This workflow does not cause that: see https://www.cloudflarestatus.com.',
};

/** Statuses that differ from the others of their class. */
const STATUS_RULES: Readonly<Record<number, StatusRule>> = {
  403: {
    ...REFUSED,
    hint: 'Cloudflare refused this request, but not the credentials: see its message. Cloudflare’s description marks this API as available to Enterprise customers; it is not known how strictly that is enforced.',
  },
  404: { ...REFUSED, hint: ROUTING_HINT },
  408: UNCLEAR,
  409: {
    ...REFUSED,
    isRetryable: true,
    hint: CONFLICT_HINT,
  },
  429: { isRetryable: true, effect: 'not-applied', hint: RATE_LIMIT_HINT },
  525: INSECURE_ORIGIN,
  526: INSECURE_ORIGIN,
};

/** Every other status: the index is its class, which is its first digit. */
const CLASS_RULES: readonly StatusRule[] = [TROUBLE, TROUBLE, UNCLEAR, REDIRECTED, REFUSED];

/** What a response with the HTTP status `status` means. */
export function statusRule(status: number): StatusRule {
  return STATUS_RULES[status] ?? CLASS_RULES[Math.floor(status / 100)] ?? TROUBLE;
}
