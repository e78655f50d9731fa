/**
 * `text` with its ASCII letters in lower case. Unlike `toLowerCase`, it keeps the length of a text, and maps no letter
 * outside ASCII to one of ASCII.
 */
export function asciiLowercase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
