import { asciiLowercase } from './ascii.ts';
import { MASK, toOneLine } from './words.ts';

/** Replaces credentials in a text. */
export interface Redact {
  (text: string): string;
  /** Redacts an id: replaces keys and tokens for Cloudflare alone. If left out, an id is redacted as any text. */
  readonly inId?: (id: string) => string;
  /** Collects the values of responses in which a credential was replaced, in their new form. */
  readonly altered?: Set<string>;
}

/** Shortest part of a credential that counts as a leak, in characters. */
const PART_LENGTH = 8;

/**
 * Makes the function that takes credentials out of every text from outside: bodies, headers, messages of exceptions,
 * and inputs that a message repeats. Nothing is redacted on the way out, so the action's own words stay as they are.
 * @param secrets the values that nobody may see. Those of fewer than 8 characters are part of too many words: they are
 * left to the runner's mask.
 * @returns a function that replaces each part of a secret with at least 8 characters by `***`, in time that is linear
 * in the length of the text, whatever the secrets are
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const parts = new Set(secrets.flatMap(partsOf));
  // UTF-16 code units, as `maskParts` reads them.
  const units = new Set([...parts].join('').split(''));
  if (parts.size === 0) return (text) => text;
  const redact = (text: string): string => {
    const masked = maskParts(text, parts, units);
    return units.has('*') && masked !== text ? maskCompleted(masked, parts) : masked;
  };
  return (text) => {
    const redacted = redact(text);
    if (!units.has(' ')) return redacted;
    // Redact again: a line break is shown as a blank, which can complete a secret that holds a blank.
    const asShown = toOneLine(redacted);
    const shown = redact(asShown);
    return shown === asShown ? redacted : shown;
  };
}

/** Redacts an id, with `redact.inId` if there is one. */
export function redactId(id: string, redact: Redact): string {
  return (redact.inId ?? redact)(id);
}

function partsOf(secret: string): readonly string[] {
  const lower = asciiLowercase(secret);
  const count = Math.max(0, lower.length - PART_LENGTH + 1);
  return Array.from({ length: count }, (_, start) => lower.slice(start, start + PART_LENGTH));
}

/** Masks each range of `text` that consists of parts; overlapping parts become one mask. `units` has all units of parts. */
function maskParts(text: string, parts: ReadonlySet<string>, units: ReadonlySet<string>): string {
  const lower = asciiLowercase(text);
  let masked = '';
  let hiddenTo = 0;
  for (let start = 0; start + PART_LENGTH <= lower.length; start++) {
    // No part holds the last unit of this range: skip all ranges that hold it.
    const last = start + PART_LENGTH - 1;
    if (!units.has(lower.charAt(last))) start = last;
    else if (parts.has(lower.slice(start, start + PART_LENGTH))) {
      if (start >= hiddenTo) masked += text.slice(hiddenTo, start) + MASK;
      hiddenTo = start + PART_LENGTH;
    }
  }
  return masked + text.slice(hiddenTo);
}

/** Masks parts that an inserted mask completes, until there are none. Each mask makes the text shorter, so it ends. */
function maskCompleted(text: string, parts: ReadonlySet<string>): string {
  const kept: string[] = [];
  const isPart = (): boolean => parts.has(asciiLowercase(kept.slice(-PART_LENGTH).join('')));
  for (let index = 0; index < text.length; index++) {
    const next = [text[index] ?? ''];
    for (let character = next.pop(); character !== undefined; character = next.pop()) {
      kept.push(character);
      if (!isPart()) continue;
      kept.length -= PART_LENGTH;
      next.push(...MASK);
    }
  }
  return kept.join('');
}
