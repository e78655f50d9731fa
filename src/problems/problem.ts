import type { Invite, InviteResponse } from '../cloudflare/invite.ts';

/** What went wrong, in parts that a report can lay out. Every text may hold what Cloudflare or a stranger wrote. */
export interface Problem {
  readonly title: string;
  /** One or two sentences that a tired person understands. */
  readonly message: string;
  /** What a further search needs: codes, messages, the `cf-ray`. */
  readonly details: readonly string[];
  /** What to do about it. */
  readonly hint?: string;
}

/** The problem in one line, without the hint. */
export function problemLine({ message, details }: Problem): string {
  return [message, ...details].join(' ');
}

/** `Acme, Inc. (4f5f…)`, or the id alone where Cloudflare names no organization. */
export function inviteLabel(invite: Invite, id: string): string {
  return invite.organization_name ? `${invite.organization_name} (${id})` : id;
}

/** The verb of a response. */
export function verbOf(response: InviteResponse): 'accept' | 'reject' {
  return response === 'accepted' ? 'accept' : 'reject';
}
