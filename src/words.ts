/** Stands in the place of a credential. */
export const MASK = '***';

/** At most `maxLength` UTF-16 units of `text`, the ellipsis that marks an omission included. */
export function truncate(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  // Keep surrogate pairs whole.
  return `${text.slice(0, maxLength - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** `text` on one line: each run of tabs and line breaks is a blank. */
export function toOneLine(text: string): string {
  return text.replace(/[\t\n\v\f\r\x85\u2028\u2029]+/g, ' ');
}

/** A number and its noun: `1 invite`, `2 invites`. */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** The first `max` of `items`, then a line that counts the rest, if there are more. */
export function firstOf(items: readonly string[], max: number): readonly string[] {
  const rest = items.length - max;
  return rest > 0 ? [...items.slice(0, max), `and ${rest} more`] : items;
}
