import { formatSeconds } from '../clock.ts';
import type { Scheme } from '../cloudflare/credentials.ts';
import type { ApiError, Pause, StopReason } from '../cloudflare/errors.ts';
import type { Problem } from './problem.ts';
import { requestProblem } from './request-problem.ts';

/** Why all requests pause, as the end of a sentence. */
export const PAUSE_REASONS: Readonly<Record<Pause['reason'], string>> = {
  refused: 'Cloudflare answered HTTP 429, too many requests',
  announced: 'no request left in Cloudflare’s rate limit',
};

/** A problem that ended the whole step. */
export function stopProblem(reason: StopReason, scheme: Scheme): Problem {
  const ofAnswer = (title: string, error: ApiError): Problem =>
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
    case 'rate-limit': {
      const { pause, leftMs, timeoutSeconds } = reason;
      const title = 'Cloudflare’s rate limit leaves no time';
      const message = `A pause of ${formatSeconds(pause.durationMs)} is needed (${PAUSE_REASONS[pause.reason]}), and the step has ${formatSeconds(leftMs)} of its ${timeoutSeconds} s left.`;
      const hint = 'Raise timeout-seconds, or run the job again after the pause.';
      if (pause.error === undefined) return { title, message, details: [], hint };
      const problem = ofAnswer(title, pause.error);
      return { ...problem, message: `${message} ${problem.message}` };
    }
    case 'credentials':
      return ofAnswer('Cloudflare refused the credentials', reason.error);
  }
}
