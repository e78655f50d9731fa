import type { Invite } from '../cloudflare/invite.ts';

const HAS_ZONE = /(?:Z|GMT|UTC|:\d{2}\S*\s*[+-]\d{2}:?\d{2})\s*$/i;

/** Longer texts are no dates, and a hostile one would take long to parse. */
const MAX_DATE_LENGTH = 200;

/** When an invite expires, in milliseconds since the Unix epoch; NaN if it does not say so. Without a zone, in UTC. */
export function expiresMs({ expires_on: date }: Invite): number {
  if (date === undefined || date.length > MAX_DATE_LENGTH) return Number.NaN;
  return Date.parse(HAS_ZONE.test(date) ? date : `${date}Z`);
}

/** Whether the date on which an invite expires has passed; false if it has none. */
export function isExpired(invite: Invite, nowMs: number): boolean {
  return expiresMs(invite) <= nowMs;
}
