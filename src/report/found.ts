import type { ListedInvite } from '../invites/choose.ts';
import type { Found } from '../invites/find.ts';
import { inviteLabel } from '../invites/outcome.ts';
import { capAnnotations } from './annotations.ts';
import type { Annotation, AnnotationLevel } from './workflow.ts';

/** How many skipped entries of the list a warning describes before it counts the rest. */
const MAX_SKIPPED = 10;

/** What a user should know about invites that the step did not handle: warnings first, then a notice. */
export function foundAnnotations(found: Found): readonly (Annotation & { readonly level: AnnotationLevel })[] {
  const { expiringSoon, leftAlone, skipped } = found;
  const others = leftAlone.length - expiringSoon.length;
  return [
    ...capAnnotations(
      [...(skipped.length > 0 ? [skippedWarning(skipped)] : []), ...expiringSoon.map(expiringWarning)],
      'warnings',
      'They are about invites that match no filter and expire within 24 hours.',
    ).map((annotation) => ({ ...annotation, level: 'warning' as const })),
    ...(others > 0 ? [{ ...leftAloneNotice(others), level: 'notice' as const }] : []),
  ];
}

function expiringWarning(invite: ListedInvite): Annotation {
  const facts = [
    invite.invited_by === undefined ? undefined : `invited by ${invite.invited_by}`,
    invite.roles === undefined ? undefined : `roles ${invite.roles.join(', ')}`,
    invite.organization_id === undefined ? undefined : `organization ${invite.organization_id}`,
  ].filter((fact) => fact !== undefined);
  return {
    title: `Invite ${inviteLabel(invite, invite.id)} is about to expire`,
    lines: [
      `It expires at ${invite.expires_on} and matches no filter, so it was left alone: ${facts.join('; ')}.`,
      'What to do: if it is wanted, add it to the filters or answer it by its id; if not, exclude it with a "!" entry.',
    ],
  };
}

function leftAloneNotice(count: number): Annotation {
  return {
    title: `${count} pending ${count === 1 ? 'invite was' : 'invites were'} left alone`,
    lines: ['The filters do not choose them.'],
  };
}

function skippedWarning(skipped: readonly string[]): Annotation {
  const shown = skipped.slice(0, MAX_SKIPPED);
  const rest = skipped.length - shown.length;
  return {
    title: `${skipped.length} ${skipped.length === 1 ? 'entry' : 'entries'} of the list could not be used`,
    lines: [...shown.map((text) => `Skipped: ${text}.`), ...(rest > 0 ? [`… and ${rest} more.`] : [])],
  };
}
