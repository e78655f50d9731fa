/** Every eight characters in a row of a secret, which must not be shown; the secret itself if it is shorter. */
export function substringsOf(secret: string): readonly string[] {
  return Array.from({ length: Math.max(1, secret.length - 7) }, (_, start) => secret.slice(start, start + 8));
}
