import { asciiLowercase } from '../ascii.ts';

// Pattern lists: which values a filter accepts.
//
// In a pattern, `*` stands for any run of characters, none included; `!` in front excludes; `\` takes the next character
// literally; nothing else is special. Entries are read in order and the last one that matches decides, as in GitHub's
// filter patterns. ASCII case is ignored, white space of any kind and length counts as one blank, and text is compared in
// Unicode's form NFC.

/** One entry of a list. */
export interface Pattern {
  /** As it is written. */
  readonly entry: string;
  readonly isExclusion: boolean;
  /** Whether it matches anywhere in a value, from one word's boundary to another's, instead of the whole value. */
  readonly matchesWords: boolean;
  /** The literal text before the first `*`, normalized; all of it if there is no `*`. */
  readonly first: string;
  /** The literal texts after each `*`, normalized. */
  readonly rest: readonly string[];
}

/** A checked list of patterns. */
export interface PatternList {
  readonly patterns: readonly Pattern[];
  /** The entries as they are written, without credentials. */
  readonly entries: readonly string[];
  /** Whether the list is exactly `*`. Only such a list accepts an invite whose value is missing or unreadable. */
  readonly isAnything: boolean;
}

/** What a list says about a value. */
export type ListMatch = 'included' | 'excluded' | 'unmatched';

/** Why a list cannot be used as a whole: a later entry undoes an exclusion, or exclusions undo every inclusion. */
export type PatternFault =
  | { readonly kind: 'dead-exclusion'; readonly entry: string; readonly by: string }
  | { readonly kind: 'nothing-included' };

/** Longest entry of a list, in UTF-16 units. Keeps the time of a match within a fixed multiple of the value's length. */
export const MAX_PATTERN_LENGTH = 256;

/** Source: Unicode's property White_Space, and the byte order mark, which JavaScript counts as white space too. */
const WHITE_SPACE = String.raw`[\p{White_Space}\uFEFF]`;
const RUNS_OF_WHITE_SPACE = new RegExp(`${WHITE_SPACE}+`, 'gu');
// The lookbehind lets a match at the end start only where a run starts: else a long run inside takes quadratic time.
const WHITE_SPACE_AT_ENDS = new RegExp(`^${WHITE_SPACE}+|(?<!${WHITE_SPACE})${WHITE_SPACE}+$`, 'gu');

/** `text` without white space at both ends. */
export function trimWhiteSpace(text: string): string {
  return text.replace(WHITE_SPACE_AT_ENDS, '');
}

/** The form in which patterns and values are compared. */
function normalize(text: string): string {
  return asciiLowercase(text.normalize('NFC').replace(RUNS_OF_WHITE_SPACE, ' '));
}

/**
 * The form in which exclusions are compared, in NFKC; `PUNCTUATION` at both ends does not count. An exclusion that is
 * written a little wrong excludes more, never less.
 */
function normalizeLoosely(text: string): string {
  return normalize(text.normalize('NFKC'));
}

/** The punctuation that a plain exclusion may hold, for a character class of a regular expression. */
export const PUNCTUATION = String.raw`\-\(\).@_&\/+'`;
const PUNCTUATION_BEFORE = new RegExp(`^[${PUNCTUATION} ]+`, 'v');
const PUNCTUATION_AFTER = new RegExp(`(?<![${PUNCTUATION} ])[${PUNCTUATION} ]+$`, 'v');

/**
 * Parses the entries of a list, or says why it cannot be used. Every entry must be plain: see `FILTERS`.
 * @param exclusionsMatchWords whether an exclusion matches anywhere in a value, at the boundaries of words
 */
export function parsePatternList(
  entries: readonly string[],
  exclusionsMatchWords: boolean,
): PatternList | PatternFault {
  const patterns = entries.map((entry) => parsePattern(entry, exclusionsMatchWords));
  /** A later entry of the other kind that matches every text that `pattern` matches. */
  const findUndoing = (pattern: Pattern, index: number): Pattern | undefined => {
    const example = exampleOf(pattern);
    return patterns.slice(index).find((other) => other.isExclusion !== pattern.isExclusion && matches(other, example));
  };
  for (const [index, pattern] of patterns.entries()) {
    const by = pattern.isExclusion ? findUndoing(pattern, index) : undefined;
    if (by !== undefined) return { kind: 'dead-exclusion', entry: pattern.entry, by: by.entry };
  }
  if (patterns.every((pattern, index) => pattern.isExclusion || findUndoing(pattern, index) !== undefined)) {
    return { kind: 'nothing-included' };
  }
  return { patterns, entries, isAnything: entries.length === 1 && entries[0] === '*' };
}

function parsePattern(entry: string, exclusionsMatchWords: boolean): Pattern {
  const isExclusion = entry.startsWith('!');
  const segments = [''];
  // Each token is an escaped character, a `*`, or one other character.
  for (const [token] of (isExclusion ? entry.slice(1) : entry).matchAll(/\\?[\s\S]/g)) {
    if (token === '*') segments.push('');
    else segments[segments.length - 1] += token.length > 1 ? token.slice(1) : token;
  }
  const normalizeText = isExclusion ? normalizeLoosely : normalize;
  const [before, after] = isExclusion ? [PUNCTUATION_BEFORE, PUNCTUATION_AFTER] : [/^ /, / $/];
  const [first = '', ...rest] = segments.map((segment, index) => {
    const text = normalizeText(segment);
    const fromStart = index === 0 ? text.replace(before, '') : text;
    return index === segments.length - 1 ? fromStart.replace(after, '') : fromStart;
  });
  return { entry, isExclusion, matchesWords: isExclusion && exclusionsMatchWords, first, rest };
}

/** What `list` says about `value`; undefined stands for a value that is missing or unreadable. */
export function matchList(list: PatternList, value = ''): ListMatch {
  const forms = formsOf(value);
  if (forms.exact === '') return list.isAnything ? 'included' : 'unmatched';
  const last = list.patterns.findLast((pattern) => matches(pattern, forms));
  if (last === undefined) return 'unmatched';
  return last.isExclusion ? 'excluded' : 'included';
}

/** The forms of a value that patterns are compared with; made once for all patterns of a list. */
interface Forms {
  /** For inclusions. */
  readonly exact: string;
  /** For exclusions of a whole value. */
  readonly loose: string;
  /** For exclusions that match words. */
  readonly words: string;
}

function formsOf(value: string): Forms {
  const words = normalizeLoosely(value);
  const loose = words.replace(PUNCTUATION_BEFORE, '').replace(PUNCTUATION_AFTER, '');
  return { exact: normalize(value).trim(), loose, words };
}

function matches(pattern: Pattern, { exact, loose, words }: Forms): boolean {
  if (pattern.matchesWords) return matchesWithin(pattern, words);
  const text = pattern.isExclusion ? loose : exact;
  const { first, rest } = pattern;
  const last = rest.at(-1);
  if (last === undefined) return text === first;
  const end = text.length - last.length;
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  return skipSegments(rest.slice(0, -1), text.slice(first.length, end), 0) !== undefined;
}

/** Whether the pattern stands in `text`, its first segment at the start of a word and its last one at the end of one. */
function matchesWithin({ first, rest }: Pattern, text: string): boolean {
  const last = rest.at(-1);
  for (let start = text.indexOf(first); start >= 0; start = text.indexOf(first, start + 1)) {
    if (!isBoundary(text, start)) continue;
    const position = start + first.length;
    if (last === undefined) {
      if (isBoundary(text, position)) return true;
      continue;
    }
    // The leftmost start leaves the most text to the other segments, so it decides.
    const middle = skipSegments(rest.slice(0, -1), text, position);
    return middle !== undefined && endsWord(last, text, middle);
  }
  return false;
}

function endsWord(segment: string, text: string, from: number): boolean {
  for (let start = text.indexOf(segment, from); start >= 0; start = text.indexOf(segment, start + 1)) {
    // Always true at the end of the text, so the search for an empty segment ends there.
    if (isBoundary(text, start + segment.length)) return true;
  }
  return false;
}

/** Where the text after `segments` begins, each taken at its leftmost place from `from`; undefined if one is missing. */
function skipSegments(segments: readonly string[], text: string, from: number): number | undefined {
  let position = from;
  for (const segment of segments) {
    const found = text.indexOf(segment, position);
    if (found < 0) return undefined;
    position = found + segment.length;
  }
  return position;
}

/** Stands for any text where a pattern is compared with another one: a noncharacter of Unicode, which no value holds. */
const ANY_TEXT = '\uFFFF';

const WORD_BEFORE = /[\p{L}\p{M}\p{N}_\uFFFF]$/u;
const WORD_AFTER = /^[\p{L}\p{M}\p{N}_\uFFFF]/u;

/** Whether `index` is not inside a word of `text`. */
function isBoundary(text: string, index: number): boolean {
  // Two UTF-16 units are enough for one character.
  return !(
    WORD_BEFORE.test(text.slice(Math.max(0, index - 2), index)) && WORD_AFTER.test(text.slice(index, index + 2))
  );
}

/** A value that stands for all that `pattern` matches: another pattern matches it only if it matches all of them. */
function exampleOf({ first, rest, matchesWords }: Pattern): Forms {
  const text = [first, ...rest].join(ANY_TEXT);
  return formsOf(matchesWords ? ANY_TEXT + text + ANY_TEXT : text);
}
