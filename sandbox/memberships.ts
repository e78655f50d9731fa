import type { SandboxInvite } from './invitations.ts';
import type { MembershipOptions } from './options.ts';

/** An invitation as `/memberships` shows it. Source: Cloudflare's OpenAPI description, `iam_membership-with-policies`. */
export function showMembership(
  invite: SandboxInvite,
  { pendingRoles = 'shown', details }: MembershipOptions = {},
): Readonly<Record<string, unknown>> {
  const { id, status, organization_id, organization_name, organization_is_enforcing_twofactor: twofactor } = invite;
  const hasRoles = status !== 'pending' || pendingRoles === 'shown';
  return {
    id,
    status,
    account: {
      id: organization_id,
      name: organization_name,
      type: 'standard',
      ...(twofactor !== undefined && { settings: { enforce_twofactor: twofactor } }),
    },
    api_access_enabled: null,
    permissions: {},
    policies: [],
    roles: hasRoles ? (invite.roles ?? []) : [],
    ...details?.(invite),
  };
}
