import { formatRef, type Invite, type InviteResponse } from '../cloudflare/invite.ts';
import type { FilterMismatch } from '../invites/filters.ts';

/** What went wrong, in parts for a report. Every text may hold what Cloudflare or a stranger wrote. */
export interface Problem {
  readonly title: string;
  /** One or two plain sentences that follow the title; empty if it says all. */
  readonly message: string;
  /** Facts for a further search: codes, messages, the `cf-ray`. */
  readonly details: readonly string[];
  readonly hint?: string | undefined;
}

/** Title and message as sentences. */
export function problemSentences({ title, message }: Problem): string {
  return `${title}. ${message}`.trimEnd();
}

/** The problem in one line, without the hint. */
export function problemLine(problem: Problem): string {
  return [problemSentences(problem), ...problem.details].join(' ');
}

/** `Acme, Inc. (4f5f…)`, or the id alone where Cloudflare names no organization. The id is as `invite-id` takes it. */
export function inviteLabel(invite: Invite, id: string): string {
  const ref = formatRef({ id, kind: invite.kind });
  return invite.organization_name ? `${invite.organization_name} (${ref})` : ref;
}

/** The label behind its kind, as the start of a sentence: `Invite Acme, Inc. (4f5f…)`, `Membership membership.0b5c…`. */
export function inviteTitle(invite: Invite, id: string): string {
  return `${invite.kind === 'membership' ? 'Membership' : 'Invite'} ${inviteLabel(invite, id)}`;
}

/** The verb of a response. */
export function verbOf(response: InviteResponse): 'accept' | 'reject' {
  return response === 'accepted' ? 'accept' : 'reject';
}

/** Which filter an invite does not pass, and the value that decided; as the end of a sentence. */
export function describeMismatch({ kind, filter, value }: FilterMismatch): string {
  const shown = value === undefined ? 'missing or unreadable' : `"${value}"`;
  return `${filter} ${kind === 'excluded' ? 'excludes it' : 'does not match'} (${shown})`;
}
