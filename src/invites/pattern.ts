import { asciiLowercase } from '../ascii.ts';

/**
 * The lock of the house: which texts a list of patterns lets in.
 *
 * In a pattern `*` stands for any run of characters, also none; `!` in front makes it an exclusion; `\` takes the
 * character after it literally; nothing else is special. The entries of a list are read in order and the last one
 * that matches decides, as in GitHub's filter patterns. ASCII case is ignored. Time is linear in the lengths of
 * pattern and text, whatever they hold.
 */
export interface Pattern {
  readonly isExclusion: boolean;
  /** The literal texts between the `*`s, lower-case; a single one if there is no `*`. */
  readonly segments: readonly string[];
}

/** A checked list of patterns. */
export interface PatternList {
  readonly patterns: readonly Pattern[];
  /** Whether the list is exactly `*`, which also lets in what lacks the text altogether. */
  readonly isAnything: boolean;
}

/** What a list says about a text. */
export type Decision = 'included' | 'excluded' | 'unmatched';

/** A list of patterns that cannot be used; the message says why, as the end of a sentence about the input. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/**
 * Parses the entries of a list.
 * @throws {PatternError} for an entry that is empty or ends in a lone `\`, and for a list of nothing but exclusions
 */
export function parsePatternList(entries: readonly string[]): PatternList {
  const patterns = entries.map(parsePattern);
  if (patterns.every(({ isExclusion }) => isExclusion)) {
    throw new PatternError(
      'It holds nothing but exclusions, so nothing could ever match; begin it with what is allowed.',
    );
  }
  return { patterns, isAnything: entries.length === 1 && entries[0] === '*' };
}

function parsePattern(entry: string): Pattern {
  const isExclusion = entry.startsWith('!');
  const body = isExclusion ? entry.slice(1) : entry;
  if (body === '') throw new PatternError('An exclusion needs a pattern after the "!".');
  const segments = [''];
  for (let index = 0; index < body.length; index++) {
    const character = body.charAt(index);
    if (character === '*') {
      segments.push('');
      continue;
    }
    if (character === '\\') {
      index++;
      if (index === body.length)
        throw new PatternError('A "\\" at the end escapes nothing; write "\\\\" for a backslash.');
    }
    segments[segments.length - 1] += body.charAt(index);
  }
  return { isExclusion, segments: segments.map(asciiLowercase) };
}

/** What `list` says about `text`; undefined stands for an invite that lacks it. */
export function decide(list: PatternList, text: string | undefined): Decision {
  if (text === undefined) return list.isAnything ? 'included' : 'unmatched';
  const lower = asciiLowercase(text);
  const last = list.patterns.findLast(({ segments }) => matches(segments, lower));
  if (last === undefined) return 'unmatched';
  return last.isExclusion ? 'excluded' : 'included';
}

function matches(segments: readonly string[], text: string): boolean {
  const first = segments[0] ?? '';
  if (segments.length === 1) return text === first;
  const last = segments[segments.length - 1] ?? '';
  const end = text.length - last.length;
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  // The leftmost place is the best for each segment in between: it leaves the most text to those after it.
  let position = first.length;
  for (const segment of segments.slice(1, -1)) {
    const found = indexOf(text, segment, position, end);
    if (found === undefined) return false;
    position = found + segment.length;
  }
  return true;
}

/** Where `part` first stands in `text` between `from` and `to`, by Knuth, Morris and Pratt: linear at its worst. */
function indexOf(text: string, part: string, from: number, to: number): number | undefined {
  const fallbacks = fallbacksOf(part);
  let matched = 0;
  for (let position = from; matched < part.length; position++) {
    if (position >= to) return undefined;
    matched = advance(part, fallbacks, matched, text.charAt(position));
    if (matched === part.length) return position + 1 - matched;
  }
  return from;
}

/** For each prefix of `part`, the length of the longest shorter prefix that it ends with. */
function fallbacksOf(part: string): readonly number[] {
  const fallbacks = [0];
  for (let position = 1; position < part.length; position++) {
    fallbacks.push(advance(part, fallbacks, fallbacks[position - 1] ?? 0, part.charAt(position)));
  }
  return fallbacks;
}

function advance(part: string, fallbacks: readonly number[], matched: number, character: string): number {
  let length = matched;
  while (length > 0 && part.charAt(length) !== character) length = fallbacks[length - 1] ?? 0;
  return part.charAt(length) === character ? length + 1 : length;
}
