import { isObject } from '../json.ts';
import { type Invite, toInvite, toRoles, UNREADABLE_ROLE } from './invite.ts';

/**
 * The membership in `result` under the names of an invite, without the fields of an unexpected type; undefined if
 * `result` is not an object. It has no inviter, no dates and no e-mail address.
 *
 * Source: Cloudflare's OpenAPI description, schema `iam_membership-with-policies`. Any field may be missing.
 */
export function toMembership(result: unknown): Invite | undefined {
  if (!isObject(result)) return undefined;
  const { id, status, roles, policies } = result;
  const account = isObject(result.account) ? result.account : {};
  const settings = isObject(account.settings) ? account.settings : {};
  const fields = toInvite({
    ...{ id, status, organization_id: account.id, organization_name: account.name },
    organization_is_enforcing_twofactor: settings.enforce_twofactor,
    roles: rolesOf(roles, policies),
  });
  return { ...fields, kind: 'membership' };
}

/**
 * The roles and the permission groups that are not denied, each once; undefined if the response shows neither. Roles
 * without policies are incomplete, because a policy can grant more: they get an unreadable role.
 */
function rolesOf(roles: unknown, policies: unknown): readonly string[] | undefined {
  const hasPolicies = policies !== undefined && policies !== null;
  const names = toRoles(roles) ?? [];
  if (!hasPolicies) return names.length === 0 ? undefined : [...names, UNREADABLE_ROLE];
  return [...new Set([...names, ...(Array.isArray(policies) ? policies : [undefined]).flatMap(groupsOf)])];
}

function groupsOf(policy: unknown): readonly string[] {
  if (!isObject(policy)) return [UNREADABLE_ROLE];
  if (policy.access === 'deny') return [];
  return toRoles(policy.permission_groups) ?? [UNREADABLE_ROLE];
}
