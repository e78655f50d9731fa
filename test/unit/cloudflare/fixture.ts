import { VirtualClock } from '../../../sandbox/virtual-clock.ts';
import type { ApiError, Pause } from '../../../src/cloudflare/errors.ts';
import { RequestLimiter } from '../../../src/cloudflare/limiter.ts';

/** A limiter on virtual time, the job that can be cancelled, and the pauses that the limiter announced. */
export function createLimiter({ timeoutSeconds = 600, isCancelled = false } = {}) {
  const clock = new VirtualClock();
  const startMs = clock.nowMs();
  const job = new AbortController();
  if (isCancelled) job.abort();
  const pauses: Pause[] = [];
  const onPause = (pause: Pause): void => void pauses.push(pause);
  const limiter = new RequestLimiter({ clock, timeoutSeconds, cancelled: job.signal, onPause });
  return { clock, limiter, job, pauses, startMs, elapsedMs: () => clock.nowMs() - startMs };
}

/** A request that Cloudflare refused, changed by `fields`. */
export function apiError(fields: Partial<ApiError> = {}): ApiError {
  const request = { method: 'PATCH', path: '/user/invites/abc' };
  return { ...request, reason: 'HTTP 400', status: 400, effect: 'rejected', isRetryable: false, ...fields };
}
