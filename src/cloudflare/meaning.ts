import type { Body } from './envelope.ts';
import { type ErrorRule, findErrorRule } from './error-codes.ts';
import type { ApiError } from './errors.ts';
import { statusRule } from './http-status.ts';

/** What a failed response means. */
interface Meaning extends Pick<ApiError, 'effect' | 'isRetryable' | 'stopKind' | 'isNotFound' | 'rule'> {
  /** Whether refused credentials are refused to every request, not to this one alone. */
  readonly isForAll?: boolean;
}

const REFUSED = { effect: 'not-applied', isRetryable: false, stopKind: 'credentials' } as const;

/** What the kinds of Cloudflare's codes mean. */
const KIND_MEANINGS: Readonly<Record<ErrorRule['kind'], Meaning>> = {
  credentials: { ...REFUSED, isForAll: true },
  'credentials-here': REFUSED,
  'rate-limit': { effect: 'not-applied', isRetryable: true, stopKind: 'rate-limit' },
  transient: { effect: 'unknown', isRetryable: true },
  'not-found': { effect: 'rejected', isRetryable: false, isNotFound: true },
  routing: { effect: 'rejected', isRetryable: false },
};

/** Statuses that keep their meaning even with a page of the edge. */
const STATUSES_BEFORE_PAGES: ReadonlySet<number> = new Set([408, 409, 429]);

/** What a failed response means. Code and message decide first: Cloudflare sends a code under several statuses. */
export function meaningOf(status: number, body: Body): Meaning {
  const statusClass = Math.floor(status / 100);
  const isRefusal = statusClass === 2 || statusClass === 4;
  const edge = edgeRefusal(body);
  if (edge === 'rate-limit') return KIND_MEANINGS[edge];
  if (edge !== undefined && isRefusal && !STATUSES_BEFORE_PAGES.has(status)) {
    return { effect: statusClass === 2 ? 'unknown' : 'not-applied', isRetryable: false, stopKind: 'edge' };
  }
  const rule = findErrorRule(body.errors);
  const byCode = rule && { ...KIND_MEANINGS[rule.kind], rule };
  // A rule that concerns the whole step applies under every status, one that concerns an invite under 2xx and 4xx only.
  if (byCode?.stopKind !== undefined) return byCode;
  if (status === 429) return KIND_MEANINGS['rate-limit'];
  if (byCode !== undefined && isRefusal && (status !== 401 || rule?.kind === 'transient')) return byCode;
  if (status === 401) return KIND_MEANINGS.credentials;
  const { effect, isRetryable } = statusRule(status);
  return {
    effect,
    // An envelope without success is a refusal under any 2xx; other bodies are no response of the API.
    isRetryable: isRetryable && !(statusClass === 2 && body.kind === 'envelope'),
    // A 404 without an error of the API has another source, a wrong base URL for example.
    isNotFound: status === 404 && body.kind === 'envelope' && body.errors.length > 0,
  };
}

/**
 * Whether Cloudflare's edge, or a page for people, stands in the place of a response of the API.
 * Source: Cloudflare's documentation of its errors 1000 to 1099; 1015 is a rate limit.
 */
function edgeRefusal({ kind, errors }: Body): 'edge' | 'rate-limit' | undefined {
  if (kind !== 'page' && kind !== 'problem') return undefined;
  const code = Number(errors[0]?.code);
  if (code === 1015) return 'rate-limit';
  return kind === 'page' || (code >= 1000 && code < 1100) ? 'edge' : undefined;
}
