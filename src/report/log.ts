import { formatSeconds } from '../clock.ts';
import type { InviteSearch } from '../invites/find.ts';
import { type InviteResponse, inviteLabel, type Outcome, verbOf } from '../invites/outcome.ts';

/** What the step was asked to do, as far as texts depend on it. */
export interface Asked {
  readonly status: InviteResponse;
  readonly dryRun: boolean;
}

/** One line for a pause of all requests; times in milliseconds. */
export function describePause(pause: { reason: string; durationMs: number; untilMs: number }): string {
  const until = new Date(Math.min(pause.untilMs, MAX_DATE_MS)).toISOString();
  return `Pausing all requests for ${formatSeconds(pause.durationMs)}, until ${until}: ${pause.reason}.`;
}

// ECMA-262, "Time Values and Time Range": beyond this there is no date.
const MAX_DATE_MS = 8.64e15;

/** One line that says what the list of invites holds. */
export function describeFound({ chosen, ignored, alreadyDone }: InviteSearch): string {
  const pending = chosen.length + ignored.length;
  return `${pending} pending ${plural(pending, 'invite')}: ${chosen.length} to answer, ${ignored.length} left alone. ${alreadyDone.length} matching ${plural(alreadyDone.length, 'invite')} answered before.`;
}

/** The title of the group of log lines in which invites are answered. */
export function groupTitle(count: number, { dryRun, status }: Asked): string {
  const invites = `${count} ${plural(count, 'invite')}`;
  return dryRun ? `Dry run: ${invites}` : `Trying to ${verbOf(status)} ${invites}`;
}

/** One line for one outcome. */
export function describeOutcome(outcome: Outcome, { status }: Asked): string {
  const label = inviteLabel(outcome.invite, outcome.id);
  switch (outcome.kind) {
    case 'changed':
      return `${label}: ${status}.`;
    case 'unchanged':
      return `${label}: was already ${status}.`;
    case 'planned':
      return `${label}: would be ${status}.`;
    default:
      return `${label}: ${outcome.kind === 'failed' ? 'failed' : 'not attempted'}. ${outcome.problem.message}`;
  }
}

/** The title of the summary: what became of how many invites. */
export function runTitle(outcomes: readonly Outcome[], { status, dryRun }: Asked): string {
  const count = (wanted: Outcome['kind']): number => outcomes.filter(({ kind }) => kind === wanted).length;
  const parts = [
    [count('changed'), status],
    [count('unchanged'), `already ${status}`],
    [count('planned'), `would be ${status}`],
    [count('failed'), 'failed'],
    [count('not_attempted'), 'not attempted'],
  ].flatMap(([number, text]) => (number === 0 ? [] : [`${number} ${text}`]));
  return `Cloudflare invites${dryRun ? ' (dry run)' : ''}: ${parts.join(', ') || 'none'}`;
}

function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}
