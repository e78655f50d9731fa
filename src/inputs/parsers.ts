import { isInviteId, MAX_ID_LENGTH } from '../cloudflare/invite.ts';
import { FILTERS, type Filter, type FilterName } from '../invites/filters.ts';
import { type PatternList, parsePatternList } from '../invites/pattern.ts';
import { INPUT_PROBLEMS, PATTERN_FAULTS } from '../problems/input-problems.ts';
import type { Redact } from '../redact.ts';

/** What a parser needs beside the text. */
export interface ParserContext {
  readonly name: string;
  /** Records a problem about the input. */
  readonly report: (problem: string) => void;
  /** Records that `value` is not allowed, and what is. */
  readonly refuse: (value: string, allowed: string) => void;
  readonly redact: Redact;
}

/** Turns the text of an input into its value; undefined if it cannot be used, which then has been recorded. */
export type Parser<T> = (text: string, context: ParserContext) => T | undefined;

/** One of a few words. */
export function oneOf<const Words extends readonly string[]>(...words: Words): Parser<Words[number]> {
  const allowed = `It must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}.`;
  return (text, { refuse }) => words.find((word) => word === text) ?? refused(refuse, text, allowed);
}

/** A boolean of YAML 1.2's core schema. Source: actions/toolkit, `getBooleanInput`. */
export const boolean: Parser<boolean> = (text, { refuse }) => {
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  return refused(refuse, text, 'It must be true or false.');
};

/** A whole number from `min` to `max`. */
export function integer(min: number, max: number): Parser<number> {
  return (text, { refuse }) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return number >= min && number <= max
      ? number
      : refused(refuse, text, `It must be a whole number from ${min} to ${max}.`);
  };
}

/** Source: GitHub's refusal, "title is too long (maximum is 256 characters)". */
const MAX_TITLE_LENGTH = 256;

/** The title of an issue, without credentials. */
export const issueTitle: Parser<string> = (text, { refuse, redact }) =>
  text.length > MAX_TITLE_LENGTH || /\p{Cc}/u.test(text)
    ? refused(refuse, text, `A title is one line of at most ${MAX_TITLE_LENGTH} characters.`)
    : redact(text);

/** The base URL of an API, without a slash at the end. */
export const baseUrl: Parser<string> = (text, { name, report, refuse }) => {
  if (text.includes('@')) {
    report(INPUT_PROBLEMS.urlWithUser(name));
    return undefined;
  }
  const url = URL.parse(text);
  if (url === null) return refused(refuse, text, 'It must be a URL such as https://api.cloudflare.com/client/v4.');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackAddress(url.hostname))) {
    return refused(refuse, text, 'It must use https; http is for loopback addresses, 127.0.0.1 or [::1], only.');
  }
  if (/[?#]/.test(text)) return refused(refuse, text, 'It must have no query and no fragment.');
  return url.href.replace(/\/+$/, '');
};

/** Loopback IP address, as the URL parser spells it. Host names are rejected: DNS can point them anywhere. */
function isLoopbackAddress(hostname: string): boolean {
  return hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Ids of invites, separated by white space or commas; each once. */
export const inviteIds: Parser<readonly string[]> = (text, { refuse, redact }) => {
  const ids = splitEntries(text, /[\s,]+/);
  if (ids.length === 0) return refused(refuse, text, 'It must hold at least one id.');
  // An id that holds a part of a credential would be shown.
  const bad = ids.filter((id) => !isInviteId(redact(id)));
  for (const id of bad) refuse(id, `An id has at most ${MAX_ID_LENGTH} letters, digits, "-" or "_".`);
  return bad.length > 0 ? undefined : [...new Set(ids)];
};

/** The list of a filter. */
export function patternList(filter: FilterName): Parser<PatternList> {
  const { separator, entry: plainEntry, entryRule }: Filter = FILTERS[filter];
  return (text, { refuse }) => {
    const entries = splitEntries(text, separator);
    if (entries.length === 0) return refused(refuse, text, 'It must hold at least one entry.');
    const bad = entries.filter((entry) => !plainEntry.test(entry));
    for (const entry of bad) refuse(entry, entryRule);
    const list = parsePatternList(entries);
    if (typeof list === 'string') return refused(refuse, text, PATTERN_FAULTS[list]);
    return bad.length > 0 ? undefined : list;
  };
}

/**
 * A credential, or the e-mail address that belongs to one. Lengths and prefixes are left to Cloudflare, which changes
 * them. A message never shows the value, not even of an address: it may be a key in the wrong place.
 */
export function credential(kind: 'credential' | 'address'): Parser<string> {
  return (text, { name, report }) => {
    // What no HTTP header can carry.
    if (!/^[\x21-\x7e]+$/.test(text)) report(INPUT_PROBLEMS.unprintable(name, kind));
    else if (kind === 'address' && !/^[^@]+@[^@]+$/.test(text)) report(INPUT_PROBLEMS.notAnAddress(name));
    else return text;
    return undefined;
  };
}

function splitEntries(text: string, separator: RegExp): readonly string[] {
  return text
    .split(separator)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function refused(refuse: ParserContext['refuse'], value: string, allowed: string): undefined {
  refuse(value, allowed);
}
