/** Ways to authenticate as a user. Source: Cloudflare's OpenAPI description, `api_token`, `api_email` and `api_key`. */
export type Credentials =
  | { readonly scheme: 'api-token'; readonly token: string }
  | { readonly scheme: 'global-api-key'; readonly email: string; readonly key: string };

export type Scheme = Credentials['scheme'];

/** The request headers that carry `credentials`. */
export function credentialHeaders(credentials: Credentials): Readonly<Record<string, string>> {
  return credentials.scheme === 'api-token'
    ? { authorization: `Bearer ${credentials.token}` }
    : { 'x-auth-email': credentials.email, 'x-auth-key': credentials.key };
}
