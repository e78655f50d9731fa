import { formatSeconds } from '../clock.ts';
import type { Pause } from '../cloudflare/errors.ts';
import type { InviteKind, InviteResponse } from '../cloudflare/invite.ts';
import { FILTER_NAMES, type Filters } from '../invites/filters.ts';
import { isFailed, type Outcome } from '../invites/outcome.ts';
import type { StepContext } from '../invites/run-result.ts';
import type { InviteSearch, SearchFailure } from '../invites/search.ts';
import type { IgnoredInvite, ListedInvite } from '../invites/select.ts';
import { outcomeProblem } from '../problems/outcome-problem.ts';
import { describeMismatch, inviteLabel, problemLine, verbOf } from '../problems/problem.ts';
import { listProblem } from '../problems/run-problem.ts';
import { PAUSE_REASONS } from '../problems/stop-problem.ts';
import { countOf } from '../words.ts';

/** Source: ECMA-262, "Time Values and Time Range": the last date, in milliseconds since the Unix epoch. */
const MAX_DATE_MS = 8.64e15;

/** One line for a pause of all requests. */
export function describePause({ reason, durationMs, untilMs }: Pause): string {
  const until = new Date(Math.min(untilMs, MAX_DATE_MS)).toISOString();
  return `Pausing all requests for ${formatSeconds(durationMs)}, until ${until}: ${PAUSE_REASONS[reason]}.`;
}

/** One line that says how the filters were understood. */
export function describePolicy(filters: Filters): string {
  const parts = FILTER_NAMES.flatMap((name) => {
    const entries = filters[name]?.entries;
    return entries === undefined ? [] : [`${name} ${entries.map(describeEntry).join(' ')}`];
  });
  return `Policy: ${parts.join('; ')}`;
}

function describeEntry(entry: string, index: number): string {
  if (entry.startsWith('!')) return `but not ${entry.slice(1)}`;
  return index === 0 ? entry : `or ${entry}`;
}

/** The title above invites that are left alone. */
export function ignoredTitle(count: number, kind: InviteKind = 'invite'): string {
  return `${countOf(count, `pending ${kind}`)} left alone`;
}

/** One line for an invite that is left alone. */
export function describeIgnored({ invite, reason }: IgnoredInvite): string {
  const why = reason.kind === 'expired' ? `expired at ${invite.expires_on}` : describeMismatch(reason);
  return `${describeListed(invite)}: ${why}.`;
}

/** One line before another look at the list. */
export function describeWait(secondsLeft: number): string {
  return `No invitation matches yet; the step looks again, for ${secondsLeft} s at most.`;
}

/** The title above memberships of which the notice of `annotateList` speaks. */
export function otherListTitle(count: number): string {
  return `${countOf(count, 'pending membership')} in Cloudflare’s other list`;
}

/** One line for an invitation of a list: its organization's name, its id, and the organization's id. */
export function describeListed(invite: ListedInvite): string {
  const organization = invite.organization_id === undefined ? '' : `, organization ${invite.organization_id}`;
  return `${inviteLabel(invite, invite.id)}${organization}`;
}

/** One line where the memberships, which the step can do without, could not be read. */
export function describeOptionalFailure(failure: SearchFailure, { scheme }: StepContext): string {
  return `The step goes on without the memberships. ${problemLine(listProblem(failure, scheme, 'membership'))}`;
}

/** One line that says what the list of invites holds. */
export function describeSearch({ kind, selected, ignored, alreadyDone }: InviteSearch): string {
  const pending = countOf(selected.length + ignored.length, `pending ${kind}`);
  const done = countOf(alreadyDone.length, `matching ${kind}`);
  return `${pending}: ${selected.length} to respond to, ${ignored.length} left alone. ${done} responded to before.`;
}

/** The title of the group of log lines in which invites are handled. */
export function groupTitle(count: number, { dryRun, desiredStatus }: StepContext): string {
  const invitations = countOf(count, 'invitation');
  return dryRun ? `Dry run: ${invitations}` : `Trying to ${verbOf(desiredStatus)} ${invitations}`;
}

/** One line for one outcome. */
export function describeOutcome(outcome: Outcome, context: StepContext): string {
  const label = inviteLabel(outcome.invite, outcome.id);
  if (isFailed(outcome)) {
    const what = outcome.kind === 'failed' ? 'failed' : 'not attempted';
    return `${label}: ${what}. ${outcomeProblem(outcome, context).message}`;
  }
  const words = { changed: '', unchanged: 'was already ', planned: 'would be ' }[outcome.kind];
  return `${label}: ${words}${context.desiredStatus}.`;
}

/** Each kind of outcome in words. */
export function outcomeWords(desiredStatus: InviteResponse): Readonly<Record<Outcome['kind'], string>> {
  return {
    changed: desiredStatus,
    unchanged: `already ${desiredStatus}`,
    planned: `would be ${desiredStatus}`,
    failed: 'failed',
    not_attempted: 'not attempted',
  };
}

/** The title of the summary: how many invites have which outcome. */
export function runTitle(outcomes: readonly Outcome[], { desiredStatus, dryRun }: StepContext): string {
  const parts = Object.entries(outcomeWords(desiredStatus)).flatMap(([kind, text]) => {
    const count = outcomes.filter((outcome) => outcome.kind === kind).length;
    return count === 0 ? [] : [`${count} ${text}`];
  });
  return `Cloudflare invites${dryRun ? ' (dry run)' : ''}: ${parts.join(', ') || 'none'}`;
}
