import { type FailedOutcome, isFailed } from '../invites/outcome.ts';
import type { ReportedOutcome } from '../problems/outcome-problem.ts';
import { inviteLabel, type Problem } from '../problems/problem.ts';
import { firstOf } from '../words.ts';
import type { Annotation } from './workflow.ts';

/** The runner shows 10 annotations of each level a step. Source: actions/runner, `ExecutionContext`. */
const MAX_ANNOTATIONS = 10;
/** How many invites an annotation names before it counts the rest. */
const MAX_NAMED = 5;

/** The annotation of one problem, its hint last. */
export function problemAnnotation({ title, message, details, hint }: Problem): Annotation {
  return { title, lines: [message, ...details, ...(hint === undefined ? [] : [`What to do: ${hint}`])] };
}

/** One annotation per failed invite, and one for what stopped the step. Of more than 10, the tenth counts the rest. */
export function failureAnnotations(
  outcomes: readonly ReportedOutcome[],
  stop: Problem | undefined,
): readonly Annotation[] {
  const failed = outcomes.filter(isFailed);
  const shared = failed.filter(({ causedByStop }) => causedByStop);
  const own = failed.filter(({ causedByStop }) => !causedByStop).map(({ problem }) => problemAnnotation(problem));
  const isStopShown = stop !== undefined && (shared.length > 0 || own.length === 0);
  const annotations = isStopShown ? [stopAnnotation(stop, shared), ...own] : own;
  return capAnnotations(annotations, 'failures', 'The summary of the job lists all of them.');
}

function stopAnnotation(stop: Problem, affected: readonly FailedOutcome[]): Annotation {
  const { lines, title } = problemAnnotation(stop);
  const unknown = affected.filter(({ invite }) => invite.status === undefined);
  const notAttempted = affected.filter(({ kind }) => kind === 'not_attempted');
  const consequences = [
    ...(notAttempted.length > 0 ? [`Not attempted: ${nameInvites(notAttempted)}.`] : []),
    ...(unknown.length > 0 ? [`State unknown, because it could not be read: ${nameInvites(unknown)}.`] : []),
  ];
  return { title, lines: lines.toSpliced(1, 0, ...consequences) };
}

function nameInvites(outcomes: readonly FailedOutcome[]): string {
  const labels = outcomes.map(({ invite, id }) => inviteLabel(invite, id));
  return firstOf(labels, MAX_NAMED).join(', ');
}

/** At most 10 annotations; of more, the tenth counts the rest. */
export function capAnnotations(annotations: readonly Annotation[], what: string, where: string): readonly Annotation[] {
  if (annotations.length <= MAX_ANNOTATIONS) return annotations;
  const rest = annotations.slice(MAX_ANNOTATIONS - 1).map(({ title }) => title);
  const last = { title: `${rest.length} more ${what}`, lines: [...firstOf(rest, MAX_NAMED), where] };
  return [...annotations.slice(0, MAX_ANNOTATIONS - 1), last];
}
