import { asciiLowercase } from '../ascii.ts';

// Pattern lists: which values a filter accepts.
//
// In a pattern, `*` stands for any run of characters, none included; `!` in front excludes; `\` takes the next character
// literally; nothing else is special. Entries are read in order and the last one that matches decides, as in GitHub's
// filter patterns. ASCII case is ignored, white space of any kind and length counts as one blank, and text is compared in
// Unicode's form NFC.

/** One entry of a list. */
export interface Pattern {
  readonly isExclusion: boolean;
  /** Whether it matches anywhere in a value, from one word's boundary to another's, instead of the whole value. */
  readonly matchesWords: boolean;
  /** The literal texts between the `*`s, normalized; a single one if there is no `*`. */
  readonly segments: readonly string[];
}

/** A checked list of patterns. */
export interface PatternList {
  readonly patterns: readonly Pattern[];
  /** The entries as they are written. */
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
// What ends a text is found only from where a run begins: else a long run inside takes quadratic time.
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
  /** The index of a later entry of the other kind that matches every text that this one matches; -1 if there is none. */
  const findUndoing = (pattern: Pattern, index: number): number => {
    const examples = examplesOf(pattern);
    const isUndoing = (other: Pattern): boolean =>
      other.isExclusion !== pattern.isExclusion && examples.every((example) => matches(other, example));
    return patterns.findIndex((other, at) => at > index && isUndoing(other));
  };
  for (const [index, pattern] of patterns.entries()) {
    const undoing = pattern.isExclusion ? findUndoing(pattern, index) : -1;
    if (undoing >= 0) return { kind: 'dead-exclusion', entry: entries[index] ?? '', by: entries[undoing] ?? '' };
  }
  if (patterns.every((pattern, index) => pattern.isExclusion || findUndoing(pattern, index) >= 0)) {
    return { kind: 'nothing-included' };
  }
  return { patterns, entries, isAnything: entries.length === 1 && entries[0] === '*' };
}

function parsePattern(entry: string, exclusionsMatchWords: boolean): Pattern {
  const isExclusion = entry.startsWith('!');
  const segments = [''];
  // Each token is an escaped character, a `*`, or one other character.
  for (const token of (isExclusion ? entry.slice(1) : entry).match(/\\?[\s\S]/g) ?? []) {
    if (token === '*') segments.push('');
    else segments[segments.length - 1] += token.length > 1 ? token.slice(1) : token;
  }
  const normalized = segments.map(isExclusion ? normalizeLoosely : normalize);
  const [before, after] = isExclusion ? [PUNCTUATION_BEFORE, PUNCTUATION_AFTER] : [/^ +/, / +$/];
  normalized[0] = normalized[0]?.replace(before, '') ?? '';
  normalized[normalized.length - 1] = normalized.at(-1)?.replace(after, '') ?? '';
  return { isExclusion, matchesWords: isExclusion && exclusionsMatchWords, segments: normalized };
}

/** What `list` says about `value`; undefined stands for a value that is missing or unreadable. */
export function matchList(list: PatternList, value = ''): ListMatch {
  const forms = formsOf(value);
  if (forms.exact === '') return list.isAnything ? 'included' : 'unmatched';
  const last = list.patterns.findLast((pattern) => matches(pattern, forms));
  if (last === undefined) return 'unmatched';
  return last.isExclusion ? 'excluded' : 'included';
}

/** A value as patterns see it; made once for all patterns of a list. */
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

function matches({ isExclusion, matchesWords, segments }: Pattern, { exact, loose, words }: Forms): boolean {
  if (matchesWords) return matchesWithin(segments, words);
  const text = isExclusion ? loose : exact;
  const first = segments[0] ?? '';
  const last = segments.at(-1) ?? '';
  if (segments.length === 1) return text === first;
  const end = text.length - last.length;
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  return skipSegments(segments.slice(1, -1), text.slice(first.length, end), 0) !== undefined;
}

/** Whether the segments stand in `text`, the first one at the start of a word and the last one at the end of one. */
function matchesWithin(segments: readonly string[], text: string): boolean {
  const [first = '', ...rest] = segments;
  for (let start = text.indexOf(first); start >= 0; start = text.indexOf(first, start + 1)) {
    if (!isBoundary(text, start)) continue;
    const position = start + first.length;
    if (rest.length === 0) {
      if (isBoundary(text, position)) return true;
      continue;
    }
    // The leftmost start leaves the most text to the other segments, so it decides.
    const middle = skipSegments(rest.slice(0, -1), text, position);
    return middle !== undefined && endsWord(rest.at(-1) ?? '', text, middle);
  }
  return false;
}

function endsWord(segment: string, text: string, from: number): boolean {
  for (let start = text.indexOf(segment, from); start >= 0; start = text.indexOf(segment, start + 1)) {
    if (isBoundary(text, start + segment.length)) return true;
    if (start >= text.length) return false;
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

/** Stands for any text, when one pattern is matched by another: a character of a word that no value holds. */
const ANY_TEXT = '\uFFFF';
/** Stands for any character between words. */
const ANY_GAP = '\uFFFE';

const WORD_BEFORE = /[\p{L}\p{M}\p{N}_\uFFFF]$/u;
const WORD_AFTER = /^[\p{L}\p{M}\p{N}_\uFFFF]/u;

/** Whether `index` is not inside a word of `text`. */
function isBoundary(text: string, index: number): boolean {
  // Two UTF-16 units are enough for one character.
  return !(
    WORD_BEFORE.test(text.slice(Math.max(0, index - 2), index)) && WORD_AFTER.test(text.slice(index, index + 2))
  );
}

/** Values that stand for all that `pattern` matches: another pattern matches these only if it matches all of them. */
function examplesOf({ segments, matchesWords }: Pattern): readonly Forms[] {
  const text = segments.join(ANY_TEXT);
  const before = ANY_TEXT + ANY_GAP;
  const after = ANY_GAP + ANY_TEXT;
  const texts = matchesWords ? [text, before + text, text + after, before + text + after] : [text];
  return texts.map(formsOf);
}
