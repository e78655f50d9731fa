import { EXCLAMATION_MARKS, type Filter } from '../invites/filters.ts';
import { MAX_PATTERN_LENGTH, type PatternFault } from '../invites/pattern.ts';
import type { Redact } from '../redact.ts';
import { truncate } from '../words.ts';
import { MAX_VALUE } from './input-problems.ts';

/** What an entry that is not plain was probably meant to be, and the texts to write instead. */
interface Guess {
  readonly advice: string;
  readonly write: readonly string[];
}

/** Says why an entry of a list is refused, which of its characters is the first that is not plain, and what to write. */
export function entryProblem(input: string, entry: string, { plain, rule }: Filter): string {
  const shown = `${input} has the entry ${quote(entry)}`;
  if (entry.length > MAX_PATTERN_LENGTH) return `${shown}. An entry has at most ${MAX_PATTERN_LENGTH} characters.`;
  const tokens = tokensOf(entry);
  const index = firstUnusual(tokens, plain);
  const token = tokens[index];
  const before = tokens.slice(0, index).join('');
  const isPlain = (text: string): boolean => plain.test(text);
  const guess = guesses(entry, plain, before, token).find(({ write }) => write.length > 0 && write.every(isPlain));
  // An entry that was meant to exclude must not become one that includes.
  const isExclusion = guess === undefined ? LATE_EXCLUSION.test(entry) : MARK.test(entry);
  const mayEscape = entry.startsWith('!') || !isExclusion;
  const escaped = mayEscape ? escapeUnusual(tokens, plain) : undefined;
  const advice = [
    ...(guess === undefined ? [] : [`${guess.advice}: write ${guess.write.map(quote).join(' and ')}.`]),
    ...(escaped === undefined ? [] : [`If that character belongs to the name, write ${quote(escaped)}.`]),
  ];
  const where =
    token === undefined
      ? 'It ends too early.'
      : `Character ${[...before].length + 1}, ${nameCharacter(token)}, is not plain.`;
  return `${shown}. ${where} ${advice.join(' ') || rule}`;
}

/** The characters of an entry, each with the `\` that escapes it. */
function tokensOf(entry: string): readonly string[] {
  return Array.from(entry.matchAll(/\\?[\s\S]/gu), ([token]) => token);
}

/** What follows the start of a plain entry, at the latest. */
const COMPLETIONS = ['', 'x', '@x', 'x@x'];

/** The index of the first token that no plain entry can have there; the number of tokens if the entry ends too early. */
function firstUnusual(tokens: readonly string[], plain: RegExp): number {
  const isUnusual = (token: string, index: number): boolean => {
    const start = tokens.slice(0, index + 1).join('');
    // A `\` alone escapes nothing.
    return token === '\\' || !COMPLETIONS.some((completion) => plain.test(start + completion));
  };
  const index = tokens.findIndex(isUnusual);
  if (index === -1) return tokens.length;
  // A `!` inside a name is found at the letter after it: point at the `!`.
  return index > 1 && tokens[index - 1] === '!' ? index - 1 : index;
}

/** The entry with a `\` before each character that is not plain; undefined if that does not make it plain. */
function escapeUnusual(entry: readonly string[], plain: RegExp): string | undefined {
  const tokens = [...entry];
  // Escape one token after the other, none of them twice.
  while (!plain.test(tokens.join(''))) {
    const index = firstUnusual(tokens, plain);
    const token = tokens[index];
    if (token === undefined || /^\\./su.test(token)) return undefined;
    tokens[index] = `\\${token}`;
  }
  return tokens.join('');
}

const MARK = new RegExp(`[${EXCLAMATION_MARKS}]`, 'u');
const MARKS_AT_START = new RegExp(`^[${EXCLAMATION_MARKS}]+`, 'u');
// Quotation marks of many scripts, keyboards and editors.
const QUOTES = '["\'`´‘’‚‛“”„‟«»‹›「」『』＂＇]';
const QUOTED = new RegExp(`^(!?)${QUOTES}+\\s*(.*?)\\s*${QUOTES}+$`, 'u');
// A whole address: not the end of one that begins with a letter beyond ASCII.
const ADDRESS = /(?<![\p{L}\p{M}\w.*%+-])[\w.*%+-]+@[\w.*%+-]+(?![\p{L}\p{M}\w.*%+-])/gu;
const BULLET = /^[-–—•‣·●○▪+]\s+(?=\S)/u;
// An exclusion behind something else, as far as its last letter.
const LATE_EXCLUSION = /^[^!\p{L}*]+!\s*(.*?)[^\p{L}\p{M}\p{N}*]*$/su;

/** Every guess, the most likely one first. One that does not fit has no texts, or texts that are not plain. */
function guesses(entry: string, plain: RegExp, before: string, token = ''): readonly Guess[] {
  const isAddress = plain.test('x@x') && !plain.test('x');
  return [
    { advice: 'A comment stands on a line of its own', write: token === '#' ? [before.trimEnd()] : [] },
    { advice: 'A list has no bullets', write: [entry.replace(BULLET, '')] },
    { advice: 'A list has no quotes', write: [entry.replace(QUOTED, '$1$2')] },
    { advice: 'No space follows "!"', write: [entry.replace(/^!\s+/u, '!')] },
    { advice: 'One "!" is enough', write: [entry.replace(/!+/, '!')] },
    { advice: 'Exclude with the ASCII "!" (U+0021)', write: [entry.replace(MARKS_AT_START, '!')] },
    { advice: 'Nothing stands before the "!" of an exclusion', write: [entry.replace(LATE_EXCLUSION, '!$1')] },
    {
      advice: 'One line holds one entry',
      write: /[!,;|]/.test(token) ? entry.split(/\s*[,;|]\s*|\s+(?=!)/).filter(Boolean) : [],
    },
    { advice: 'Remove the invisible character', write: [entry.replace(/[\p{C}\p{DI}]/gu, '')] },
    { advice: 'A domain needs "*@" in front', write: isAddress ? [entry.replace(/^(!?)@?/, '$1*@')] : [] },
    {
      advice: 'Only the address is allowed',
      write: isAddress && !MARK.test(entry) ? (entry.match(ADDRESS) ?? []) : [],
    },
  ];
}

function nameCharacter(token: string): string {
  const [character = ''] = token;
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return /[\p{C}\p{Z}\p{DI}]/u.test(character) && character !== ' ' ? code : `${quote(character)} (${code})`;
}

function quote(text: string): string {
  return `\`${truncate(text, MAX_VALUE)}\``;
}

/** Says why a list of plain entries is refused as a whole. */
export function listFault(input: string, fault: PatternFault, redact: Redact): string {
  if (fault.kind === 'nothing-included') {
    return `${input} can match nothing: every entry is an exclusion, or a later exclusion covers it. Begin the list with what is allowed, and exclude less.`;
  }
  const [entry, by] = [fault.entry, fault.by].map((text) => quote(redact(text)));
  return `${input} has the entry ${entry}, which has no effect: ${by} stands after it and includes all of it again. The last entry that matches decides, so write exclusions last.`;
}
