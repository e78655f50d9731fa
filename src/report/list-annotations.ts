import { formatRef, type InviteKind } from '../cloudflare/invite.ts';
import type { ListGaps, SkippedEntry } from '../invites/list.ts';
import type { InviteSearch } from '../invites/search.ts';
import type { ListedInvite } from '../invites/select.ts';
import { RESEND_INVITE } from '../problems/outcome-problem.ts';
import { inviteTitle } from '../problems/problem.ts';
import { countOf } from '../words.ts';
import { nameInvites } from './annotations.ts';
import { otherListTitle } from './log.ts';
import type { Annotation } from './workflow.ts';

/** How many invites a notice names before it counts the rest. */
const MAX_IN_NOTICE = 3;

export interface ListAnnotations {
  readonly warnings: readonly Annotation[];
  readonly notices: readonly Annotation[];
}

/** Warns of invites that may be lost, and counts the other pending invites that were left alone. */
export function annotateList(search: InviteSearch): ListAnnotations {
  const { expiringSoon, ignored } = search;
  const warned = new Set(expiringSoon);
  const invitesBy = (isExpired: boolean): readonly ListedInvite[] =>
    ignored
      .filter(({ invite, reason }) => (reason.kind === 'expired') === isExpired && !warned.has(invite))
      .map(({ invite }) => invite);
  const others = invitesBy(false);
  const expired = invitesBy(true);
  return {
    warnings: [...gapWarnings(search), ...expiringSoon.map(expiringWarning)],
    notices: [
      ...(others.length > 0 ? [ignoredNotice(others, search.kind, expiringSoon.length > 0)] : []),
      ...(expired.length > 0 ? [expiredNotice(expired)] : []),
      ...(search.otherList.length > 0 ? [otherListNotice(search.otherList)] : []),
    ],
  };
}

function expiringWarning(invite: ListedInvite): Annotation {
  const name = inviteTitle(invite, invite.id);
  const facts = [
    `expires at ${invite.expires_on}`,
    ...(invite.invited_by === undefined ? [] : [`invited by ${invite.invited_by}`]),
    ...(invite.roles === undefined ? [] : [`roles ${invite.roles.join(', ')}`]),
    ...(invite.organization_id === undefined ? [] : [`organization ${invite.organization_id}`]),
  ];
  const hint =
    'What to do: if it is wanted, add it to the filters or respond to it by its id; if not, exclude it with a "!" entry.';
  const line = `${name} is not selected and was left alone: ${facts.join('; ')}.`;
  return { title: `${name} is about to expire`, lines: [line, hint] };
}

function ignoredNotice(invites: readonly ListedInvite[], kind: InviteKind, isOther: boolean): Annotation {
  const count = invites.length;
  const title = `${countOf(count, `${isOther ? 'other ' : ''}pending ${kind}`)} ${count === 1 ? 'was' : 'were'} left alone`;
  const why = `the filters do not select ${count === 1 ? 'it' : 'them'}: ${nameListed(invites)}`;
  return { title, lines: [`${title}: ${why}. The log says which filter decided.`] };
}

function expiredNotice(invites: readonly ListedInvite[]): Annotation {
  const title = `${countOf(invites.length, 'pending invite')} ${invites.length === 1 ? 'has' : 'have'} expired`;
  const hint = `What to do: if one is wanted, ask its inviter to send it again: ${RESEND_INVITE}`;
  return { title, lines: [`${title}: ${nameListed(invites)}.`, hint] };
}

function otherListNotice(memberships: readonly ListedInvite[]): Annotation {
  const title = otherListTitle(memberships.length);
  const [first] = memberships.map(formatRef);
  const hint = `What to do: to respond by id, write invite-id: ${first}. To respond by filters, write kind: membership, without invited-by.`;
  return { title, lines: [`${title}: ${nameListed(memberships)}. This step responds to invites alone.`, hint] };
}

function nameListed(invites: readonly ListedInvite[]): string {
  return nameInvites(
    invites.map((invite) => ({ id: invite.id, invite })),
    MAX_IN_NOTICE,
  );
}

function gapWarnings({ skipped, skippedCount, missingCount }: ListGaps): readonly Annotation[] {
  const warnings: Annotation[] = [];
  if (skippedCount > 0) {
    const title = `${countOf(skippedCount, 'entry', 'entries')} of the list could not be used`;
    const texts = skipped.map((entry) => `Skipped: ${describeSkipped(entry)}.`);
    const rest = skippedCount - skipped.length;
    warnings.push({ title, lines: [`${title}.`, ...texts, ...(rest > 0 ? [`And ${rest} more.`] : [])] });
  }
  if (missingCount > 0) {
    const title = `${countOf(missingCount, 'entry', 'entries')} of the list ${missingCount === 1 ? 'is' : 'are'} missing`;
    const line = `${title}: fewer came than the list says it has (total_count). An invite may have been overlooked.`;
    warnings.push({ title, lines: [line] });
  }
  return warnings;
}

function describeSkipped({ reason, type, id, status, organization }: SkippedEntry): string {
  const of = organization === undefined ? '' : ` of ${organization}`;
  const texts: Readonly<Record<SkippedEntry['reason'], string>> = {
    'not-an-object': `an entry that is not an object (${type})`,
    'no-id': `an entry${of} without an id`,
    'unusable-id': `an entry${of} with the unusable id "${id}"`,
    'secret-id': `an entry${of} whose id holds a part of a credential (it is not shown)`,
    'no-status': `the entry ${id}${of} without a status`,
    'unknown-status': `the entry ${id}${of} with the unknown status "${status}"`,
  };
  return texts[reason];
}
