import { formatSeconds } from '../clock.ts';
import type { Credentials } from '../cloudflare/credentials.ts';
import { hintFor } from '../cloudflare/error-codes.ts';
import type { ApiError, ErrorDetail, StopError } from '../cloudflare/errors.ts';
import type { Problem } from '../invites/outcome.ts';

/** What is known of an invite after a failure. */
export type KnownState = 'pending' | 'missing' | 'unclear' | 'unread' | 'irrelevant';

/** What is known in a sentence, if there is anything to say. */
export const KNOWLEDGE: Readonly<Record<KnownState, string | undefined>> = {
  pending: 'The invite is still pending.',
  missing: undefined,
  unclear: 'State unknown: the invite may or may not have been answered, and it could not be read.',
  unread: 'State unknown: the invite has not been read.',
  irrelevant: undefined,
};

/** A problem that one failed request explains. */
export function requestProblem(
  title: string,
  error: ApiError,
  scheme: Credentials['scheme'],
  knowledge: KnownState,
): Problem {
  const attempts = error.attempts > 1 ? ` (${error.attempts} attempts)` : '';
  return {
    title,
    message: [`${error.method} ${error.path} failed: ${error.reason}${attempts}.`, KNOWLEDGE[knowledge]]
      .filter((sentence) => sentence !== undefined)
      .join(' '),
    details: requestDetails(error),
    hint: hintFor(error, scheme),
  };
}

/** What Cloudflare said with a failed request, and what identifies that request. */
export function requestDetails(error: ApiError): readonly string[] {
  return [...error.details.map(describeDetail), ...describeDelay(error), ...describeRay(error)];
}

function describeDetail(detail: ErrorDetail): string {
  const entries = [detail, ...detail.chain].map(({ code, message }) =>
    [code === undefined ? 'no code' : `code ${code}`, message || 'no message'].join(': '),
  );
  const at = detail.pointer === undefined ? '' : ` (at ${detail.pointer})`;
  const see = detail.documentationUrl === undefined ? '' : ` (see ${detail.documentationUrl})`;
  return `Cloudflare: ${entries.join(' > ')}${at}${see}.`;
}

function describeDelay(error: ApiError): string[] {
  if (error.retryAfterMs !== undefined) {
    const asked = `The server asked to wait ${formatSeconds(error.retryAfterMs)} before another attempt`;
    return [error.retryExceedsDeadline ? `${asked}, for which timeout-seconds leaves no time.` : `${asked}.`];
  }
  return error.retryExceedsDeadline ? ['There was no time left in timeout-seconds for another attempt.'] : [];
}

function describeRay(error: ApiError): string[] {
  return error.cfRay === undefined ? [] : [`cf-ray: ${error.cfRay}.`];
}

const STOP_TITLES: Readonly<Record<StopError['reason'], string>> = {
  cancelled: 'The job was cancelled',
  deadline: 'The step ran out of time',
  'rate-limit': 'Cloudflare’s rate limit leaves no time',
  credentials: 'Cloudflare refused the credentials',
};

const STOP_HINTS: Readonly<Record<StopError['reason'], string>> = {
  cancelled: 'Run the job again: invites that were answered are recognized and left alone.',
  deadline: 'Raise timeout-seconds, or answer fewer invites in one step.',
  'rate-limit': 'Raise timeout-seconds, or run the job again after the pause.',
  credentials: 'Check the credentials.',
};

/** A problem that ended the whole step. */
export function stopProblem(stop: StopError, scheme: Credentials['scheme']): Problem {
  const title = STOP_TITLES[stop.reason];
  if (stop.error === undefined) {
    return { title, message: stop.message, details: [], hint: STOP_HINTS[stop.reason] };
  }
  const problem = requestProblem(title, stop.error, scheme, 'irrelevant');
  // That the credentials were refused is what the answer says; a limit is met by the budget as well.
  const message = stop.reason === 'credentials' ? problem.message : `${stop.message} ${problem.message}`;
  return { ...problem, message };
}
