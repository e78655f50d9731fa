/** Version of this action. A test holds it equal to package.json's. */
export const VERSION = '1.0.0';
/** Name of this action in requests to Cloudflare and GitHub. */
export const USER_AGENT = `cloudflare-invite-action/${VERSION}`;
