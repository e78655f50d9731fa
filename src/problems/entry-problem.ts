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
export function entryProblem(input: string, entry: string, { plain, layout, rule }: Filter): string {
  const shown = `${input} has the entry ${quote(entry)}`;
  if (entry.length > MAX_PATTERN_LENGTH) return `${shown}. An entry has at most ${MAX_PATTERN_LENGTH} characters.`;
  const index = firstUnusual(entry, plain);
  const isPlain = (text: string): boolean => plain.test(text);
  const guess = guesses(entry, index, plain).find(({ write }) => write.length > 0 && write.every(isPlain));
  // An entry that was meant to exclude must not become one that includes.
  const mayEscape = layout === 'lines' && (entry.startsWith('!') || guess === undefined || !MARK.test(entry));
  const isCut = index === entry.length && !entry.endsWith('\\');
  const escaped = mayEscape && !isCut ? escapeUnusual(entry, plain) : undefined;
  const advice = [
    ...(guess === undefined ? [] : [`${guess.advice}: write ${guess.write.map(quote).join(' and ')}.`]),
    ...(escaped === undefined ? [] : [`If that character belongs to the name, write ${quote(escaped)}.`]),
  ];
  const where =
    index < entry.length
      ? `Character ${[...entry.slice(0, index)].length + 1}, ${nameCharacter(entry.slice(index))}, is not plain.`
      : 'It ends too early.';
  return `${shown}. ${where} ${advice.join(' ') || rule}`;
}

/** What follows the start of a plain entry, at the latest. */
const COMPLETIONS = ['', 'x', '@x', 'x@x'];

/** The index of the first character that no plain entry can have there; the length of an entry that ends too early. */
function firstUnusual(entry: string, plain: RegExp): number {
  const isStart = (text: string): boolean => COMPLETIONS.some((completion) => plain.test(text + completion));
  let index = 0;
  for (const character of entry) {
    if (!isStart(entry.slice(0, index + character.length))) break;
    index += character.length;
  }
  // A `!` inside a name is found at the letter after it: point at the `!`.
  return index < entry.length && index > 1 && entry[index - 1] === '!' ? index - 1 : index;
}

/** `entry` with a `\` before each character that is not plain; undefined if that does not make it plain. */
function escapeUnusual(entry: string, plain: RegExp): string | undefined {
  let text = entry;
  for (let index = firstUnusual(text, plain); !plain.test(text); index = firstUnusual(text, plain)) {
    // A character that is escaped already, or the missing end of an entry.
    if (text[index - 1] === '\\' && text[index - 2] !== '\\' && index < text.length) return undefined;
    if (text.length > 2 * entry.length + 1) return undefined;
    text = `${text.slice(0, index)}\\${text.slice(index)}`;
  }
  return text;
}

const MARK = new RegExp(`[${EXCLAMATION_MARKS}]`, 'u');
const MARKS_AT_START = new RegExp(`^[${EXCLAMATION_MARKS}]+`, 'u');
// Quotation marks of many scripts, keyboards and editors.
const QUOTES = '["\'`´‘’‚‛“”„‟«»‹›「」『』＂＇]';
const QUOTED = new RegExp(`^(!?)${QUOTES}+\\s*(.*?)\\s*${QUOTES}+$`, 'u');
const BULLET = /^[-–—•‣·●○▪+]\s+(?=\S)/u;
const BEFORE_EXCLUSION = /^[^!\p{L}*]+!\s*/u;

/** Every guess that fits, the most likely one first. A guess whose texts are not plain is of no use. */
function guesses(entry: string, index: number, plain: RegExp): readonly Guess[] {
  const character = entry[index] ?? '';
  const isAddress = plain.test('x@x') && !plain.test('x');
  const listed: readonly (readonly [boolean, string, readonly string[]])[] = [
    [character === '#', 'A comment stands on a line of its own', [entry.slice(0, index).trimEnd()]],
    [BULLET.test(entry), 'A list has no bullets', [entry.replace(BULLET, '')]],
    [QUOTED.test(entry), 'A list has no quotes', [entry.replace(QUOTED, '$1$2')]],
    [/^!\s/u.test(entry), 'The text follows the "!" at once', [entry.replace(/^!\s+/u, '!')]],
    [/^!!/.test(entry), 'One "!" is enough', [entry.replace(/^!+/, '!')]],
    [
      entry[0] !== '!' && MARKS_AT_START.test(entry),
      'The "!" of an exclusion is U+0021',
      [entry.replace(MARKS_AT_START, '!')],
    ],
    [BEFORE_EXCLUSION.test(entry), 'Nothing stands before the "!" of an exclusion', exclusionIn(entry)],
    [/[!,;|]/.test(character), 'One line holds one entry', entry.split(/\s*[,;|]\s*|\s+(?=!)/).filter(Boolean)],
    [/[\p{C}\p{DI}]/u.test(character), 'Remove the invisible character', [entry.replace(/[\p{C}\p{DI}]/gu, '')]],
    [isAddress && !/[^@]@/.test(entry), 'A domain stands behind "*@"', [entry.replace(/^(!?)@?/, '$1*@')]],
    [isAddress && entry.includes('@'), 'Write the address alone', [addressIn(entry)]],
  ];
  return listed.flatMap(([fits, advice, write]) => (fits ? [{ advice, write }] : []));
}

/** The exclusion in an entry that begins with something else, as far as its last letter. */
function exclusionIn(entry: string): readonly string[] {
  return [entry.replace(BEFORE_EXCLUSION, '!').replace(/[^\p{L}\p{M}\p{N}*]+$/u, '')];
}

function addressIn(entry: string): string {
  return /!?[A-Za-z0-9*._%+-]+@[A-Za-z0-9*._%+-]+/.exec(entry)?.[0] ?? '';
}

function nameCharacter(rest: string): string {
  const [character = ''] = rest;
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
