import { isObject } from '../json.ts';
import { type Redact, redactId } from '../redact.ts';
import { truncate } from '../words.ts';
import type { CodedMessage, ErrorDetail } from './error-codes.ts';
import { INVITE_STATUSES, isInviteId } from './invite.ts';

interface BodyBase {
  /** Every reason that the body gives, wherever it stands. */
  readonly errors: readonly ErrorDetail[];
  /** Delays before another attempt, in seconds, unchecked. */
  readonly retryAfter?: readonly unknown[];
}

/** The body of a response, by its form. */
export type Body =
  | (BodyBase & {
      readonly kind: 'envelope';
      readonly success: boolean;
      readonly result: unknown;
      readonly resultInfo: ResultInfo;
    })
  /** RFC 9457 problem details, which Cloudflare's edge sends instead of the API's own response. */
  | (BodyBase & { readonly kind: 'problem'; readonly retryable: boolean | undefined })
  /** A page for people, or the text `error code: 1010` of Cloudflare's edge. */
  | (BodyBase & { readonly kind: 'page'; readonly description: string })
  | (BodyBase & { readonly kind: 'unreadable'; readonly description: string });

/** Paging of a list; anything but a number is left out. */
export interface ResultInfo {
  readonly totalCount?: number | undefined;
  readonly perPage?: number | undefined;
}

/** Longest message that is kept, in characters: longer than real ones, and short enough for an annotation of 4,096. */
const MAX_MESSAGE = 500;
/** Longest beginning of a body that is shown, in characters: enough for people to recognize it. */
const MAX_FIRST_WORDS = 200;

/**
 * Parses a body strictly: anything but an envelope or a problem has a description for people.
 * @param redact replaces credentials in every text of the body; `altered` collects the values that it changes. A status
 * that Cloudflare defines is kept, even if a credential holds that word
 */
export function parseBody(text: string, redact: Redact): Body {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'unreadable', description: 'an empty body', errors: [] };
  const redactString = (key: string, value: unknown): unknown => {
    if (typeof value !== 'string' || (key === 'status' && INVITE_STATUSES.has(value))) return value;
    const isId = key === 'id' && isInviteId(value);
    const redacted = isId ? redactId(value, redact) : redact(value);
    if (redacted !== value) redact.altered?.add(redacted);
    return redacted;
  };
  let json: unknown;
  try {
    // Most bodies need no slow reviver: without escapes, the text itself shows whether a string holds a credential.
    const isClean = !trimmed.includes('\\') && redact(trimmed) === trimmed;
    json = JSON.parse(trimmed, isClean ? undefined : redactString);
  } catch {
    return parseText(redact(trimmed), redact);
  }
  if (!isObject(json)) {
    return { kind: 'unreadable', description: `JSON that is not an object: ${firstWords(json, redact)}`, errors: [] };
  }
  const { success, result, retryable } = json;
  const errors = reasonsOf(json);
  const delays = [json, json.error, ...listOf(json.errors).slice(0, MAX_REASONS)].map(
    (part) => isObject(part) && part.retry_after,
  );
  const retryAfter = delays.filter((delay) => delay !== undefined && delay !== false);
  if (typeof success === 'boolean') {
    const info: JsonObject = isObject(json.result_info) ? json.result_info : {};
    const resultInfo = { totalCount: numberOf(info.total_count), perPage: numberOf(info.per_page) };
    const isUnexplained = !success && errors.every(isBlank) && Object.values(json).some(hasContent);
    const shown = isUnexplained ? [...errors, { message: firstWords(json, redact), chain: [] }] : errors;
    return { kind: 'envelope', success, errors: shown, retryAfter, result, resultInfo };
  }
  if (json.cloudflare_error === true || (typeof json.title === 'string' && typeof json.status === 'number')) {
    return { kind: 'problem', errors, retryAfter, retryable: typeof retryable === 'boolean' ? retryable : undefined };
  }
  const shown = errors.every(isBlank) ? `: ${firstWords(json, redact)}` : '';
  const description = `JSON that is not a response of the API (it has no "success")${shown}`;
  return { kind: 'unreadable', description, errors, retryAfter };
}

/** The beginning of a JSON value for people. Serialized again: escapes in the body can hide a credential. */
function firstWords(json: unknown, redact: Redact): string {
  try {
    return truncate(redact(JSON.stringify(json)), MAX_FIRST_WORDS);
  } catch {
    return 'nested too deep';
  }
}

function parseText(text: string, redact: Redact): Body {
  const edgeCode = /^error code: (1\d{3})\b/i.exec(text)?.[1];
  const description = `text: "${truncate(text, MAX_FIRST_WORDS)}"`;
  if (edgeCode !== undefined) {
    return { kind: 'page', description, errors: [{ code: Number(edgeCode), message: text.slice(0, 50), chain: [] }] };
  }
  if (/^[[{"]/.test(text)) return { kind: 'unreadable', description: 'JSON that is broken or cut off', errors: [] };
  const html = withoutComments(text);
  // Text may stand before a page. Ask for two signs then: a text that only mentions a tag is no page.
  const signs = text.startsWith('<')
    ? [/<(?:!doctype html|html|head|title|body)\b/i]
    : [/<(?:!doctype html|html)\b/i, /<title\b/i];
  if (!signs.every((sign) => sign.test(html))) return { kind: 'unreadable', description, errors: [] };
  const title = (/<title[^>]{0,200}>([^<]{1,500})/i.exec(html)?.[1] ?? '').replace(/\s+/g, ' ').trim();
  // Redact again: without the comments and line breaks between them, parts can spell a credential.
  const titled = title === '' ? '' : ` titled "${truncate(redact(title), MAX_FIRST_WORDS)}"`;
  return { kind: 'page', description: `an HTML page${titled}`, errors: [] };
}

/** HTML without its comments. Not by a regular expression: many comments without an end would take long. */
function withoutComments(html: string): string {
  return html
    .split('-->')
    .map((part) => part.split('<!--', 1)[0])
    .join('');
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Members of a failure in which its reason has been seen. */
const REASONS = ['errors', 'messages', 'error', 'error_description', 'reason'] as const;
/** How many reasons of one response, and entries of one chain, are kept: far more than any real response has. */
const MAX_REASONS = 1_000;

function reasonsOf(json: JsonObject): readonly ErrorDetail[] {
  const title = [json.title, json.detail].filter((value) => typeof value === 'string').join(': ');
  const own = toErrorDetail({ code: json.error_code ?? json.code, message: title || json.message });
  const others = [...(title === '' ? [] : [json.message]), ...REASONS.flatMap((name) => listOf(json[name]))];
  const found = [...(isBlank(own) ? [] : [own]), ...others.filter(isReason).slice(0, MAX_REASONS).map(toErrorDetail)];
  // The same reason may stand in two places.
  return [...new Map(found.map((detail) => [JSON.stringify(detail), detail])).values()];
}

function toErrorDetail(error: unknown): ErrorDetail {
  if (!isObject(error)) return { ...toCodedMessage(error), chain: [] };
  return {
    ...toCodedMessage(error),
    chain: chainOf(error),
    documentationUrl: textOf(error.documentation_url),
    pointer: isObject(error.source) ? textOf(error.source.pointer) : undefined,
  };
}

/** The entries of a chain and of the chains in it, outermost first. */
function chainOf(error: JsonObject): readonly CodedMessage[] {
  const chain: CodedMessage[] = [];
  const queue = [...listOf(error.error_chain)];
  // A loop instead of recursion: a chain may be deeper than the call stack.
  for (const entry of queue) {
    if (chain.length === MAX_REASONS) break;
    if (isReason(entry)) chain.push(toCodedMessage(entry));
    if (isObject(entry)) queue.push(...listOf(entry.error_chain).slice(0, MAX_REASONS));
  }
  return chain;
}

function toCodedMessage(error: unknown): CodedMessage {
  if (!isObject(error)) return { message: textOf(error)?.trim() ?? '' };
  const { code = error.error_code } = error;
  const number = typeof code === 'string' && /^\d{1,9}$/.test(code) ? Number(code) : code;
  const message = [error.message, error.error, error.detail, error.title, error.reason].map(textOf).find(Boolean) ?? '';
  const isCode = typeof number === 'number' || (typeof number === 'string' && number !== '');
  return { ...(isCode && { code: typeof number === 'string' ? truncate(number, MAX_MESSAGE) : number }), message };
}

const isReason = (value: unknown): boolean => isObject(value) || (typeof value === 'string' && value.trim() !== '');
const isBlank = ({ code, message }: CodedMessage): boolean => code === undefined && message === '';

/** Whether a member of an envelope holds anything that can explain a failure. */
function hasContent(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);
const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? truncate(value, MAX_MESSAGE) : undefined;
