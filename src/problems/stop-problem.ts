import { formatSeconds } from '../clock.ts';
import type { Scheme } from '../cloudflare/credentials.ts';
import type { ApiError, Pause, StopReason } from '../cloudflare/errors.ts';
import type { Problem } from './problem.ts';
import { requestProblem } from './request-problem.ts';

/** Why all requests pause, as the end of a sentence. */
export const PAUSE_REASONS: Readonly<Record<Pause['reason'], string>> = {
  refused: 'Cloudflare responded with HTTP 429, too many requests',
  'refused-by-code': 'Cloudflare responded that there were too many requests',
  announced: 'no request left in Cloudflare’s rate limit',
};

/** A problem that ended the whole step. */
export function stopProblem(reason: StopReason, scheme: Scheme): Problem {
  const fromResponse = (title: string, error: ApiError): Problem =>
    requestProblem(title, { error, attempts: 1, retryExceedsDeadline: false }, scheme);
  switch (reason.kind) {
    case 'cancelled': {
      const hint = 'Run the job again: an invite that has the desired status by then is left as it is.';
      return { title: 'The job was cancelled', message: '', details: [], hint };
    }
    case 'deadline': {
      const message = `The step’s budget of ${reason.timeoutSeconds} s is used up.`;
      const hint = 'Raise timeout-seconds, or handle fewer invites in one step.';
      return { title: 'The step ran out of time', message, details: [], hint };
    }
    case 'rate-limit':
      return rateLimitProblem(reason, scheme);
    case 'credentials':
      return fromResponse('Cloudflare refused the credentials', reason.error);
    case 'edge':
      return fromResponse('The runner was refused in front of Cloudflare’s API', reason.error);
  }
}

function rateLimitProblem(reason: Extract<StopReason, { readonly kind: 'rate-limit' }>, scheme: Scheme): Problem {
  const { pause, waitedMs, leftMs, timeoutSeconds } = reason;
  const waited = waitedMs > 0 ? ` The step has waited ${formatSeconds(waitedMs)} for the limit.` : '';
  const needed = `A pause of ${formatSeconds(pause.durationMs)} is needed (${PAUSE_REASONS[pause.reason]})`;
  const isNeverWaited = leftMs === undefined;
  const message = isNeverWaited
    ? `${needed}, and with retries: 0 the step does not wait for a rate limit.`
    : `${needed}, and the step has ${formatSeconds(leftMs)} of its ${timeoutSeconds} s left.${waited}`;
  const title = isNeverWaited ? 'Cloudflare’s rate limit ended the step' : 'Cloudflare’s rate limit leaves no time';
  const hint = isNeverWaited
    ? 'Run the job again after the pause, or fewer jobs with this user at the same time; with retries of 1 or more the step waits by itself.'
    : 'Raise timeout-seconds, or run the job again after the pause.';
  if (pause.error === undefined) return { title, message, details: [], hint };
  const failure = { error: pause.error, attempts: 1, retryExceedsDeadline: false };
  const problem = requestProblem(title, failure, scheme);
  return { ...problem, message: `${message} ${problem.message}`, ...(isNeverWaited && { hint }) };
}
