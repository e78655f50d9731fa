import { asciiLowercase } from '../ascii.ts';
import { ID_RULE, isInviteId, parseRef } from '../cloudflare/invite.ts';
import { FILTERS, type Filter, type FilterName } from '../invites/filters.ts';
import { MAX_PATTERN_LENGTH, type PatternList, parsePatternList } from '../invites/pattern.ts';
import { isLoopbackAddress } from '../loopback.ts';
import { entryProblem, listFault } from '../problems/entry-problem.ts';
import { INPUT_PROBLEMS } from '../problems/input-problems.ts';
import { type Redact, redactId } from '../redact.ts';
import { hidesExclusion, parseJson, splitList } from './entries.ts';

/** What a parser needs beside the text. */
export interface ParserContext {
  readonly name: string;
  readonly report: (problem: string) => void;
  readonly redact: Redact;
}

/** Turns the text of an input into its value; undefined after it has reported that the text cannot be used. */
export type Parser<T> = (text: string, context: ParserContext) => T | undefined;

/** One of `words`. */
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
export const issueTitle: Parser<string> = (text, context) => {
  if (/^(?:true|false)$/i.test(text)) return refuse(context, text, 'It must be the title of an issue, or empty.');
  return text.length > MAX_TITLE_LENGTH || /\p{Cc}/u.test(text)
    ? refuse(context, text, `A title is one line of at most ${MAX_TITLE_LENGTH} characters.`)
    : context.redact(text);
};

/** The base URL of an API, without a slash at the end. */
export const baseUrl: Parser<string> = (text, context) => {
  if (text.includes('@')) return void context.report(INPUT_PROBLEMS.urlWithUser(context.name));
  const url = URL.parse(text);
  if (url === null) return refuse(context, text, 'It must be a URL such as https://api.cloudflare.com/client/v4.');
  // Host names are rejected: DNS can point them anywhere.
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackAddress(url.hostname))) {
    return refuse(
      context,
      text,
      'It must use https; http is for loopback addresses, such as 127.0.0.1 or [::1], only.',
    );
  }
  if (/[?#]/.test(text)) return refuse(context, text, 'It must have no query and no fragment.');
  return url.href.replace(/\/+$/, '');
};

/**
 * Ids of invites and, as `membership.ID`, of memberships, as words or as a JSON array of strings; each once, whatever
 * the case of its letters.
 */
export const inviteIds: Parser<readonly string[]> = (text, context) => {
  const ids = jsonStrings(text) ?? listEntries(text, 'words', context);
  if (ids === undefined) return undefined;
  if (ids.length === 0) return refuse(context, text, 'It must hold at least one id.');
  // Refuse a credential here: an id is shown in every report.
  const { redact, name, report } = context;
  if (ids.some((id) => redactId(id, redact) !== id)) return void report(INPUT_PROBLEMS.secretInList(name));
  const bad = ids.filter((id) => !isInviteId(parseRef(id).id));
  for (const id of bad) refuse(context, id, `${ID_RULE}. Write "membership." before a membership’s.`);
  return bad.length > 0 ? undefined : [...new Map(ids.map((id) => [asciiLowercase(id), id])).values()];
};

/** The strings of a JSON array that holds nothing else; undefined for any other text. */
function jsonStrings(text: string): readonly string[] | undefined {
  const value = parseJson(text);
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string') ? value : undefined;
}

/** The list of a filter. */
export function patternList(filterName: FilterName): Parser<PatternList> {
  const filter: Filter = FILTERS[filterName];
  return (text, context) => {
    const { name, report, redact } = context;
    const entries = listEntries(text, filter.layout, context);
    if (entries === undefined) return undefined;
    const bad = entries.filter((entry) => entry.length > MAX_PATTERN_LENGTH || !filter.plain.test(entry));
    for (const entry of bad) {
      report(redact(entry) === entry ? entryProblem(name, entry, filter) : INPUT_PROBLEMS.secretInList(name));
    }
    if (bad.length > 0) return undefined;
    const list = parsePatternList(entries, filter.exclusionsMatchWords);
    if (!('kind' in list)) return { ...list, entries: entries.map((entry) => redact(entry)) };
    report(listFault(name, list, redact));
    return undefined;
  };
}

/** The entries of a list, if it is written as a list. */
function listEntries(text: string, layout: Filter['layout'], context: ParserContext): readonly string[] | undefined {
  const { name, report } = context;
  if (parseJson(text) !== undefined) return refuse(context, text, INPUT_PROBLEMS.listIsJson(layout));
  const { entries, comments } = splitList(text, layout);
  if (comments.some(hidesExclusion)) {
    report(INPUT_PROBLEMS.exclusionInComment(name));
    return undefined;
  }
  return entries.length === 0 ? refuse(context, text, INPUT_PROBLEMS.noEntries(comments.length > 0)) : entries;
}

/**
 * A credential, or the e-mail address that belongs to one. Lengths and prefixes are left to Cloudflare, which changes
 * them. No message shows the value, not even of an address: it may be a key in the wrong place.
 */
export function credential(kind: 'credential' | 'address'): Parser<string> {
  return (text, { name, report }) => {
    // Credentials have no other characters, and a header cannot hold most of them.
    if (!/^[\x21-\x7e]+$/.test(text)) return void report(INPUT_PROBLEMS.unprintable(name, kind));
    if (kind === 'address' && !/^[^@]+@[^@]+$/.test(text)) return void report(INPUT_PROBLEMS.notAnAddress(name));
    return text;
  };
}

/** Reports that `value` is not allowed, and what is. */
function refuse({ name, report, redact }: ParserContext, value: string, allowed: string): undefined {
  report(INPUT_PROBLEMS.notAllowed(name, redact(value), allowed));
}
