import type { SkippedEntry } from '../invites/list.ts';
import type { InviteSearch } from '../invites/search.ts';
import type { ListedInvite } from '../invites/select.ts';
import { inviteLabel } from '../problems/problem.ts';
import { countOf, firstOf } from '../words.ts';
import type { Annotation } from './workflow.ts';

/** How many skipped entries of the list a warning describes before it counts the rest. */
const MAX_SKIPPED = 10;

/** How many invites a notice names before it counts the rest. */
const MAX_NAMED = 3;

export interface ListAnnotations {
  readonly warnings: readonly Annotation[];
  readonly notices: readonly Annotation[];
}

/** Warns of invites that may be lost, and counts the other pending invites that were left alone. */
export function annotateList({ expiringSoon, ignored, skipped }: InviteSearch): ListAnnotations {
  const warned = new Set(expiringSoon);
  const others = ignored.map(({ invite }) => invite).filter((invite) => !warned.has(invite));
  return {
    warnings: [...(skipped.length > 0 ? [skippedWarning(skipped)] : []), ...expiringSoon.map(expiringWarning)],
    notices: others.length > 0 ? [ignoredNotice(others, expiringSoon.length > 0)] : [],
  };
}

function expiringWarning(invite: ListedInvite): Annotation {
  const label = `Invite ${inviteLabel(invite, invite.id)}`;
  const facts = [
    `expires at ${invite.expires_on}`,
    ...(invite.invited_by === undefined ? [] : [`invited by ${invite.invited_by}`]),
    ...(invite.roles === undefined ? [] : [`roles ${invite.roles.join(', ')}`]),
    ...(invite.organization_id === undefined ? [] : [`organization ${invite.organization_id}`]),
  ];
  const hint =
    'What to do: if it is wanted, add it to the filters or respond to it by its id; if not, exclude it with a "!" entry.';
  const line = `${label} matches no filter and was left alone: ${facts.join('; ')}.`;
  return { title: `${label} is about to expire`, lines: [line, hint] };
}

function ignoredNotice(invites: readonly ListedInvite[], isOther: boolean): Annotation {
  const count = invites.length;
  const title = `${countOf(count, isOther ? 'other pending invite' : 'pending invite')} ${count === 1 ? 'was' : 'were'} left alone`;
  const names = firstOf(
    invites.map((invite) => inviteLabel(invite, invite.id)),
    MAX_NAMED,
  );
  const why = `the filters do not select ${count === 1 ? 'it' : 'them'}: ${names.join(', ')}`;
  return { title, lines: [`${title}: ${why}. The log says which filter decided.`] };
}

function skippedWarning(skipped: readonly SkippedEntry[]): Annotation {
  const title = `${countOf(skipped.length, 'entry', 'entries')} of the list could not be used`;
  const texts = skipped.map((entry) => `Skipped: ${describeSkipped(entry)}.`);
  return { title, lines: [`${title}.`, ...firstOf(texts, MAX_SKIPPED)] };
}

function describeSkipped({ reason, type, id, organization }: SkippedEntry): string {
  const of = organization === undefined ? '' : ` of ${organization}`;
  const texts: Readonly<Record<SkippedEntry['reason'], string>> = {
    'not-an-object': `an entry that is not an invite (${type})`,
    'no-id': `an invite${of} without an id`,
    'unusable-id': `an invite${of} with the unusable id "${id}"`,
    'secret-id': `an invite${of} whose id holds a part of a credential (it is not shown)`,
    'no-status': `the invite ${id}${of} without a status`,
  };
  return texts[reason];
}
