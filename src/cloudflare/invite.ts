import { isObject } from '../json.ts';

/** The types of an invitation's fields, as this action keeps them. */
interface FieldTypes {
  text: string;
  boolean: boolean;
  /** Role names. Older responses hold objects; each becomes its `name`. */
  names: readonly string[];
}

/**
 * Every field of an invitation that this action reads, under Cloudflare's name. Each is an output, in this order. The
 * parser, the outputs and `Invite` follow this table.
 *
 * Source: Cloudflare's OpenAPI description, schema `iam_user_invite`. It requires only `organization_id` and
 * `invited_member_id`, so any field may be missing. Dates are RFC 3339.
 */
export const INVITE_FIELDS = {
  id: 'text',
  status: 'text',
  organization_id: 'text',
  organization_name: 'text',
  roles: 'names',
  invited_by: 'text',
  invited_on: 'text',
  expires_on: 'text',
  invited_member_id: 'text',
  invited_member_email: 'text',
  organization_is_enforcing_twofactor: 'boolean',
} as const satisfies Readonly<Record<string, keyof FieldTypes>>;

export type InviteField = keyof typeof INVITE_FIELDS;

/** Cloudflare's two lists of invitations: `/user/invites`, and pending `/memberships`. */
export type InviteKind = 'invite' | 'membership';

/** An invitation as Cloudflare shows it, in either list; any field may be missing. */
export type Invite = { readonly [Field in InviteField]?: FieldTypes[(typeof INVITE_FIELDS)[Field]] } & {
  readonly kind?: InviteKind | undefined;
};

/** The list of an invitation or a request: without a kind, that of the invites. */
export function kindOf({ kind = 'invite' }: { readonly kind?: InviteKind | undefined }): InviteKind {
  return kind;
}

/** The two responses that an invited user can give. */
export type InviteResponse = 'accepted' | 'rejected';

/** The statuses of an invite. Source: Cloudflare's OpenAPI description; the last two stood in older versions of it. */
export const INVITE_STATUSES: ReadonlySet<string> = new Set([
  'pending',
  'accepted',
  'rejected',
  'expired',
  'canceled',
  'left',
]);

/** Source: Cloudflare's OpenAPI description, `iam_invite_components-schemas-identifier`. */
export const MAX_ID_LENGTH = 32;

/** What an id looks like, for people. */
export const ID_RULE = `An id has at most ${MAX_ID_LENGTH} letters, digits, "-" or "_", and at least one letter or digit`;

/** Whether `id` can be the id of an invite, so that it may stand in a URL. */
export function isInviteId(id: string): boolean {
  // Require a letter or a digit: a lone `-` is a bullet.
  return /^(?=.*[^_-])[\w-]+$/.test(id) && id.length <= MAX_ID_LENGTH;
}

/** Marks the id of a membership among ids of both kinds. Without a `:`, so that it can be part of a file's name. */
const MEMBERSHIP_PREFIX = 'membership.';

/** The id of an invitation, and the list that it is of. */
export interface InviteRef {
  readonly id: string;
  readonly kind?: InviteKind | undefined;
}

/** An id as the input `invite-id` takes it: `membership.ID` for a membership. */
export function formatRef({ id, kind }: InviteRef): string {
  return kind === 'membership' ? `${MEMBERSHIP_PREFIX}${id}` : id;
}

/** The reverse of `formatRef`. The id is unchecked. */
export function parseRef(text: string): InviteRef {
  return text.startsWith(MEMBERSHIP_PREFIX)
    ? { id: text.slice(MEMBERSHIP_PREFIX.length), kind: 'membership' }
    : { id: text };
}

const FIELD_PARSERS: { readonly [Type in keyof FieldTypes]: (value: unknown) => FieldTypes[Type] | undefined } = {
  text: (value) => (typeof value === 'string' ? value : undefined),
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  names: toRoles,
};

/** The invite in `result`, without the fields of an unexpected type; undefined if `result` is not an object. */
export function toInvite(result: unknown): Invite | undefined {
  if (!isObject(result)) return undefined;
  const fields = Object.entries(INVITE_FIELDS).flatMap(([name, type]) => {
    const value = FIELD_PARSERS[type](result[name]);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(fields);
}

/** Kept in the place of a role of an unknown form: if it were left out, an invite could pass a policy on the others. */
export const UNREADABLE_ROLE = '(unreadable role)';

/** Whether a role in `Invite.roles` is the name of a role. */
export function isReadableRole(role: string): boolean {
  return role !== UNREADABLE_ROLE;
}

/** The names of `roles`; undefined if the field is missing or `null`. */
export function toRoles(roles: unknown): readonly string[] | undefined {
  if (roles === undefined || roles === null) return undefined;
  return (Array.isArray(roles) ? roles : [roles]).map((role: unknown) => {
    const name = isObject(role) ? role.name : role;
    return typeof name === 'string' ? name : UNREADABLE_ROLE;
  });
}
