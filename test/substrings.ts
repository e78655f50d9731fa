/** Every stretch of eight characters of a secret, of which none may be seen; the secret itself if it is shorter. */
export function substringsOf(secret: string): readonly string[] {
  return Array.from({ length: Math.max(1, secret.length - 7) }, (_, start) => secret.slice(start, start + 8));
}
