import { asciiLowercase } from '../ascii.ts';

// Pattern lists: which values a filter accepts.
// In a pattern, `*` stands for any run of characters, even an empty one; `!` in front excludes; `\` takes the next
// character literally. The last entry that matches decides, as in GitHub's filter patterns. ASCII case is ignored.

interface Pattern {
  readonly isExclusion: boolean;
  /** The literal texts between the `*`s, in lower case; a single one if there is no `*`. */
  readonly segments: readonly string[];
}

/** A checked list of patterns. */
export interface PatternList {
  readonly patterns: readonly Pattern[];
  /** Whether the list is exactly `*`. Only such a list accepts an invite that lacks the value. */
  readonly isAnything: boolean;
}

export type ListMatch = 'included' | 'excluded' | 'unmatched';

export type PatternFault = 'too-long' | 'empty-exclusion' | 'trailing-backslash' | 'only-exclusions';

/** Longest entry of a list, in UTF-16 units. Keeps the time of a match within a fixed multiple of the value length. */
export const MAX_PATTERN_LENGTH = 256;

/** Parses the entries of a list, or says why it cannot be used. */
export function parsePatternList(entries: readonly string[]): PatternList | PatternFault {
  const patterns = entries.map(parsePattern);
  const fault = patterns.find((pattern) => typeof pattern === 'string');
  if (fault !== undefined) return fault;
  const valid = patterns.filter((pattern) => typeof pattern === 'object');
  if (valid.every(({ isExclusion }) => isExclusion)) return 'only-exclusions';
  return { patterns: valid, isAnything: entries.length === 1 && entries[0] === '*' };
}

function parsePattern(entry: string): Pattern | PatternFault {
  const isExclusion = entry.startsWith('!');
  // Each token is an escaped character, a `*`, or one other character.
  const tokens = (isExclusion ? entry.slice(1) : entry).match(/\\?[\s\S]/g) ?? [];
  if (entry.length > MAX_PATTERN_LENGTH) return 'too-long';
  if (tokens.length === 0) return 'empty-exclusion';
  if (tokens.at(-1) === '\\') return 'trailing-backslash';
  const segments = [''];
  for (const token of tokens) {
    if (token === '*') segments.push('');
    else segments[segments.length - 1] += token.length > 1 ? token.slice(1) : token;
  }
  return { isExclusion, segments: segments.map(asciiLowercase) };
}

/** What `list` says about `value`; undefined stands for an invite that lacks it. */
export function matchList(list: PatternList, value: string | undefined): ListMatch {
  if (value === undefined) return list.isAnything ? 'included' : 'unmatched';
  const lower = asciiLowercase(value);
  const last = list.patterns.findLast(({ segments }) => matches(segments, lower));
  if (last === undefined) return 'unmatched';
  return last.isExclusion ? 'excluded' : 'included';
}

function matches(segments: readonly string[], value: string): boolean {
  const first = segments[0] ?? '';
  if (segments.length === 1) return value === first;
  const last = segments.at(-1) ?? '';
  const end = value.length - last.length;
  if (end < first.length || !value.startsWith(first) || !value.endsWith(last)) return false;
  // Take the leftmost place of each segment in between: it leaves the most text to those after it.
  const middle = value.slice(first.length, end);
  let position = 0;
  return segments.slice(1, -1).every((segment) => {
    const found = middle.indexOf(segment, position);
    position = found + segment.length;
    return found >= 0;
  });
}
