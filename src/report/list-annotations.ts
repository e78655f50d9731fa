import type { InviteSearch } from '../invites/find.ts';
import { inviteLabel } from '../invites/outcome.ts';
import type { ListedInvite } from '../invites/select.ts';
import type { Annotation } from './workflow.ts';

/** How many skipped entries of the list a warning describes before it counts the rest. */
const MAX_SKIPPED = 10;

/** What a user should know about invites that the step did not handle. */
export interface ListAnnotations {
  readonly warnings: readonly Annotation[];
  readonly notices: readonly Annotation[];
}

/** Warns of what may be lost, and counts the other pending invites that were left alone. */
export function annotateList({ expiringSoon, ignored, skipped }: InviteSearch): ListAnnotations {
  const others = ignored.length - expiringSoon.length;
  return {
    warnings: [...(skipped.length > 0 ? [skippedWarning(skipped)] : []), ...expiringSoon.map(expiringWarning)],
    notices: others > 0 ? [leftAloneNotice(others, expiringSoon.length > 0)] : [],
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
  return {
    title: `${label} is about to expire`,
    lines: [
      `${label} matches no filter and was left alone: ${facts.join('; ')}.`,
      'What to do: if it is wanted, add it to the filters or answer it by its id; if not, exclude it with a "!" entry.',
    ],
  };
}

function leftAloneNotice(count: number, isOther: boolean): Annotation {
  const invites = `${count} ${isOther ? 'other ' : ''}pending ${count === 1 ? 'invite' : 'invites'}`;
  const title = `${invites} ${count === 1 ? 'was' : 'were'} left alone`;
  return { title, lines: [`${title}: the filters do not choose ${count === 1 ? 'it' : 'them'}.`] };
}

function skippedWarning(skipped: readonly string[]): Annotation {
  const shown = skipped.slice(0, MAX_SKIPPED);
  const rest = skipped.length - shown.length;
  const title = `${skipped.length} ${skipped.length === 1 ? 'entry' : 'entries'} of the list could not be used`;
  return {
    title,
    lines: [`${title}.`, ...shown.map((text) => `Skipped: ${text}.`), ...(rest > 0 ? [`… and ${rest} more.`] : [])],
  };
}
