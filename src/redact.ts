import { asciiLowercase } from './ascii.ts';
import { toOneLine } from './words.ts';

/** Replaces credentials in a text. */
export type Redact = (text: string) => string;

/** Shortest part of a credential that counts as a leak, in characters. */
const PART_LENGTH = 8;
/** Shorter secrets are part of too many words. The runner's own mask still covers them in the log. */
const MIN_SECRET_LENGTH = 4;

/**
 * Makes the function that takes credentials out of every text from outside: bodies, headers, messages of exceptions,
 * and inputs that a message repeats. Nothing is redacted on the way out, so the action's own words stay as they are.
 * @param secrets the values that nobody may see
 * @returns a function that replaces each secret, and each part of one with at least 8 characters, by `***`
 */
export function createRedactor(secrets: readonly string[]): Redact {
  const parts = new Set(secrets.filter((secret) => secret.length >= MIN_SECRET_LENGTH).flatMap(substringsOf));
  if (parts.size === 0) return (text) => text;
  const anyPart = new RegExp([...parts].map(RegExp.escape).join('|'), 'i');
  const redactParts: Redact = (text) => {
    if (!anyPart.test(text)) return text;
    const masked = maskParts(text, parts);
    // Repeat until nothing changes: a mask can complete another secret.
    return masked === text ? text : redactParts(masked);
  };
  return (text) => {
    const redacted = redactParts(text);
    // Blanks in the place of line breaks can spell a secret that holds a blank.
    const asShown = toOneLine(redacted);
    return anyPart.test(asShown) ? redactParts(asShown) : redacted;
  };
}

function substringsOf(secret: string): readonly string[] {
  const lower = asciiLowercase(secret);
  const count = Math.max(1, lower.length - PART_LENGTH + 1);
  return Array.from({ length: count }, (_, start) => lower.slice(start, start + PART_LENGTH));
}

/** Masks each range of `text` that consists of parts; overlapping parts become one mask. */
function maskParts(text: string, parts: ReadonlySet<string>): string {
  const lower = asciiLowercase(text);
  const lengths = new Set([...parts].map((part) => part.length));
  let masked = '';
  let hiddenTo = 0;
  for (let start = 0; start < lower.length; start++) {
    for (const length of lengths) {
      if (!parts.has(lower.slice(start, start + length))) continue;
      if (start >= hiddenTo) masked += `${text.slice(hiddenTo, start)}***`;
      hiddenTo = Math.max(hiddenTo, start + length);
    }
  }
  return masked + text.slice(hiddenTo);
}
