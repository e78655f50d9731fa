import type { ApiError } from '../../../src/cloudflare/errors.ts';

/** A request that Cloudflare refused, changed by `fields`. */
export function apiError(fields: Partial<ApiError> = {}): ApiError {
  const request = { method: 'PATCH', path: '/user/invites/abc' };
  return { ...request, reason: 'HTTP 400', status: 400, effect: 'rejected', isRetryable: false, ...fields };
}
