/** Lower-cases ASCII letters alone: unlike `toLowerCase`, it keeps the length and maps no other letter to ASCII. */
export function asciiLowercase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
