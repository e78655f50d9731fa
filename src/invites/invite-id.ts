/** Source: Cloudflare's OpenAPI description, `iam_invite_components-schemas-identifier`. */
export const MAX_ID_LENGTH = 32;

/** Whether `id` can be an invite's id, so that it may stand in a URL. */
export function isInviteId(id: string): boolean {
  return /^[\w-]+$/.test(id) && id.length <= MAX_ID_LENGTH;
}
