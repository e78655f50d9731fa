import { formatDuration } from '../clock.ts';
import type { KnownState } from '../invites/known-state.ts';
import { type FailedOutcome, isFailed, type Outcome, type SuccessfulOutcome } from '../invites/outcome.ts';
import type { StepContext } from '../invites/run-result.ts';
import { type ReportedOutcome, STATE_TEXTS } from '../problems/outcome-problem.ts';
import { describeMismatch, inviteLabel, inviteTitle, type Problem, problemSentences } from '../problems/problem.ts';
import { firstOf } from '../words.ts';
import type { Annotation } from './workflow.ts';

/** The runner shows 10 annotations of each level a step. Source: actions/runner, `ExecutionContext`. */
const MAX_ANNOTATIONS = 10;
/** How many names an annotation has before it counts the rest. */
export const MAX_NAMED = 5;

/** The annotation of one problem, its hint last. Its message repeats the title, which the log does not show. */
export function problemAnnotation(problem: Problem): Annotation {
  const { title, details, hint } = problem;
  const lines = [problemSentences(problem), ...details, ...(hint === undefined ? [] : [`What to do: ${hint}`])];
  return { title, lines };
}

/**
 * One annotation per failed invite, and one for what stopped the step. Of more than 10, the tenth counts the rest.
 * @param others how many other errors the step has
 */
export function failureAnnotations(
  outcomes: readonly ReportedOutcome[],
  stop: Problem | undefined,
  others: number,
): readonly Annotation[] {
  const failed = outcomes.filter(isFailed);
  const shared = failed.filter(({ causedByStop }) => causedByStop);
  const own = failed.filter(({ causedByStop }) => !causedByStop).map(({ problem }) => problemAnnotation(problem));
  const isStopShown = stop !== undefined && (shared.length > 0 || own.length === 0);
  const annotations = isStopShown ? [stopAnnotation(stop, shared), ...own] : own;
  return capAnnotations(annotations, 'failures', others);
}

function stopAnnotation(stop: Problem, affected: readonly FailedOutcome[]): Annotation {
  const { lines, title } = problemAnnotation(stop);
  const named = (what: string, outcomes: readonly FailedOutcome[]): readonly string[] =>
    outcomes.length === 0 ? [] : [`${what}: ${nameInvites(outcomes)}.`];
  const inState = (state: KnownState): readonly string[] =>
    named(
      STATE_TEXTS[state],
      affected.filter((outcome) => outcome.state === state),
    );
  const notAttempted = affected.filter(({ kind }) => kind === 'not_attempted');
  const consequences = [...named('Not attempted', notAttempted), ...inState('unsettled'), ...inState('unknown')];
  return { title, lines: lines.toSpliced(1, 0, ...consequences) };
}

/** Warns of what is wrong about an invite although the step succeeded with it. */
export function successWarnings(outcome: SuccessfulOutcome, { desiredStatus }: StepContext): readonly Annotation[] {
  const { invite, id, kind, mismatch, isExpired } = outcome;
  const name = inviteTitle(invite, id);
  const warnings: Annotation[] = [];
  if (mismatch !== undefined) {
    const title = `${name} is ${desiredStatus}, but outside the policy`;
    const line = `${title}: ${describeMismatch(mismatch)}. It has changed since this step selected it.`;
    warnings.push({ title, lines: [line, 'What to do: look at it in Cloudflare’s dashboard.'] });
  }
  if (kind !== 'planned' || !isExpired) return warnings;
  const title = `${name} is pending, but its date has passed`;
  const line = `${title}: it expired at ${invite.expires_on}. It is not known whether Cloudflare accepts a response to it.`;
  return [...warnings, { title, lines: [line] }];
}

/** Says that the runner's clock is wrong, by Cloudflare's. */
export function clockNotice(skewMs: number): Annotation {
  const title = `The runner’s clock is ${formatDuration(Math.abs(skewMs))} ${skewMs > 0 ? 'behind' : 'ahead'}`;
  const line = `${title}, compared with Cloudflare’s. The step uses Cloudflare’s time. Set the runner’s clock.`;
  return { title, lines: [line] };
}

/** The labels of invites; beyond `maxCount`, the rest is counted. */
export function nameInvites(invites: readonly Pick<Outcome, 'invite' | 'id'>[], maxCount = MAX_NAMED): string {
  const labels = invites.map(({ invite, id }) => inviteLabel(invite, id));
  return firstOf(labels, maxCount).join(', ');
}

/** At most 10 annotations, `others` of the same level included; of more, the tenth counts the rest. */
export function capAnnotations(annotations: readonly Annotation[], what: string, others = 0): readonly Annotation[] {
  const room = MAX_ANNOTATIONS - others;
  if (annotations.length <= room) return annotations;
  const rest = annotations.slice(room - 1).map(({ title }) => title);
  const title = `${rest.length} more ${what}`;
  const last = {
    title,
    lines: [`${title}.`, ...firstOf(rest, MAX_NAMED), 'The summary of the job lists all of them.'],
  };
  return [...annotations.slice(0, room - 1), last];
}
