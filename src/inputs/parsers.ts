import { isInviteId, MAX_ID_LENGTH } from '../cloudflare/invite.ts';
import { FILTERS, type Filter, type FilterName } from '../invites/filters.ts';
import { type PatternList, parsePatternList } from '../invites/pattern.ts';
import { INPUT_PROBLEMS, PATTERN_FAULTS } from '../problems/input-problems.ts';
import type { Redact } from '../redact.ts';

/** What a parser needs beside the text. */
export interface ParserContext {
  readonly name: string;
  readonly report: (problem: string) => void;
  readonly redact: Redact;
}

/** Turns the text of an input into its value; undefined after it has reported that the text cannot be used. */
export type Parser<T> = (text: string, context: ParserContext) => T | undefined;

/** One of a few words. */
export function oneOf<const Words extends readonly string[]>(...words: Words): Parser<Words[number]> {
  const allowed = `It must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}.`;
  return (text, context) => words.find((word) => word === text) ?? refuse(context, text, allowed);
}

/** A boolean of YAML 1.2's core schema. Source: actions/toolkit, `getBooleanInput`. */
export const boolean: Parser<boolean> = (text, context) => {
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  return refuse(context, text, 'It must be true or false.');
};

/** A whole number from `min` to `max`. */
export function integer(min: number, max: number): Parser<number> {
  return (text, context) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    return refuse(context, text, `It must be a whole number from ${min} to ${max}.`);
  };
}

/** Source: GitHub's refusal, "title is too long (maximum is 256 characters)". */
const MAX_TITLE_LENGTH = 256;

/** The title of an issue, without credentials. */
export const issueTitle: Parser<string> = (text, context) =>
  text.length > MAX_TITLE_LENGTH || /\p{Cc}/u.test(text)
    ? refuse(context, text, `A title is one line of at most ${MAX_TITLE_LENGTH} characters.`)
    : context.redact(text);

/** The base URL of an API, without a slash at the end. */
export const baseUrl: Parser<string> = (text, context) => {
  if (text.includes('@')) return void context.report(INPUT_PROBLEMS.urlWithUser(context.name));
  const url = URL.parse(text);
  if (url === null) return refuse(context, text, 'It must be a URL such as https://api.cloudflare.com/client/v4.');
  // Loopback addresses as the URL parser spells them. Host names are rejected: DNS can point them anywhere.
  const isLoopback = url.hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) {
    return refuse(context, text, 'It must use https; http is for loopback addresses, 127.0.0.1 or [::1], only.');
  }
  if (/[?#]/.test(text)) return refuse(context, text, 'It must have no query and no fragment.');
  return url.href.replace(/\/+$/, '');
};

/** Ids of invites, separated by white space or commas; each once. */
export const inviteIds: Parser<readonly string[]> = (text, context) => {
  const ids = splitEntries(text, /[\s,]+/);
  if (ids.length === 0) return refuse(context, text, 'It must hold at least one id.');
  // An id that holds a part of a credential would be shown.
  const bad = ids.filter((id) => !isInviteId(context.redact(id)));
  for (const id of bad) refuse(context, id, `An id has at most ${MAX_ID_LENGTH} letters, digits, "-" or "_".`);
  return bad.length > 0 ? undefined : [...new Set(ids)];
};

/** The list of a filter. */
export function patternList(filter: FilterName): Parser<PatternList> {
  const { separator, entry: plainEntry, entryRule }: Filter = FILTERS[filter];
  return (text, context) => {
    const entries = splitEntries(text, separator);
    if (entries.length === 0) return refuse(context, text, 'It must hold at least one entry.');
    const bad = entries.filter((entry) => !plainEntry.test(entry));
    for (const entry of bad) refuse(context, entry, entryRule);
    const list = parsePatternList(entries);
    if (typeof list === 'string') return refuse(context, text, PATTERN_FAULTS[list]);
    return bad.length > 0 ? undefined : list;
  };
}

/**
 * A credential, or the e-mail address that belongs to one. Lengths and prefixes are left to Cloudflare, which changes
 * them. No message shows the value, not even of an address: it may be a key in the wrong place.
 */
export function credential(kind: 'credential' | 'address'): Parser<string> {
  return (text, { name, report }) => {
    // No HTTP header can carry any other character.
    if (!/^[\x21-\x7e]+$/.test(text)) return void report(INPUT_PROBLEMS.unprintable(name, kind));
    if (kind === 'address' && !/^[^@]+@[^@]+$/.test(text)) return void report(INPUT_PROBLEMS.notAnAddress(name));
    return text;
  };
}

function splitEntries(text: string, separator: RegExp): readonly string[] {
  return text
    .split(separator)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** Reports that `value` is not allowed, and what is. */
function refuse({ name, report, redact }: ParserContext, value: string, allowed: string): undefined {
  report(INPUT_PROBLEMS.notAllowed(name, redact(value), allowed));
}
