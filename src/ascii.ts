/**
 * `text` with its ASCII letters in lower case. Unlike `toLowerCase` it never changes the length of a text, nor takes a
 * letter beyond ASCII for one of ASCII.
 */
export function asciiLowercase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
