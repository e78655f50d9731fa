/**
 * An invitation as `GET /user/invites` describes it. Cloudflare's specification requires only
 * `organization_id` and `invited_member_id`, so any field may be missing.
 *
 * Source: Cloudflare's OpenAPI description, schema `iam_user_invite`.
 */
export interface Invite {
  readonly id?: string;
  readonly status?: string;
  readonly organization_id?: string;
  readonly organization_name?: string;
  readonly organization_is_enforcing_twofactor?: boolean;
  /** Names of the roles; older answers hold objects, which are reduced to their `name`. */
  readonly roles?: readonly string[];
  readonly invited_by?: string;
  /** RFC 3339 date-time. */
  readonly invited_on?: string;
  /** RFC 3339 date-time. */
  readonly expires_on?: string;
  readonly invited_member_id?: string;
  readonly invited_member_email?: string;
}

/** The two answers an invited user can give. */
export type InviteResponse = 'accepted' | 'rejected';
