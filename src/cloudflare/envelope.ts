import { isObject } from '../json.ts';
import type { Redact } from '../redact.ts';
import { truncate } from '../words.ts';
import type { CodedMessage, ErrorDetail } from './error-codes.ts';
import { INVITE_STATUSES, isInviteId } from './invite.ts';

/** The body of an answer, by its form. */
export type Body =
  | {
      readonly kind: 'envelope';
      readonly success: boolean;
      readonly errors: readonly ErrorDetail[];
      readonly result: unknown;
      readonly resultInfo: ResultInfo;
    }
  /** RFC 9457 problem details, which Cloudflare's edge sends instead of the API's own answer. */
  | {
      readonly kind: 'problem';
      readonly error: ErrorDetail;
      readonly retryable: boolean | undefined;
      readonly retryAfter: unknown;
    }
  | { readonly kind: 'unreadable'; readonly description: string };

/** Paging of a list; anything but a number is left out. */
export interface ResultInfo {
  readonly totalCount?: number | undefined;
  readonly perPage?: number | undefined;
}

/** Long enough for any real message, short enough for an annotation of 4,096 characters. */
const MAX_MESSAGE = 500;

/**
 * Parses a body strictly: anything but an envelope or a problem is `unreadable`, with a description for people.
 * @param redact takes credentials out of every text in it, and gathers the values that it alters; a status of
 * Cloudflare's own stays as it is
 */
export function parseBody(text: string, redact: Redact): Body {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'unreadable', description: 'an empty body' };
  const redactString = (key: string, value: unknown): unknown => {
    if (typeof value !== 'string' || (key === 'status' && INVITE_STATUSES.has(value))) return value;
    const isId = key === 'id' && isInviteId(value);
    const redacted = isId && redact.inId !== undefined ? redact.inId(value) : redact(value);
    if (redacted !== value) redact.altered?.add(redacted);
    return redacted;
  };
  let json: unknown;
  try {
    // Without an escape, the text of a body shows whether any of its strings holds a credential.
    const isClean = !trimmed.includes('\\') && redact(trimmed) === trimmed;
    json = JSON.parse(trimmed, isClean ? undefined : redactString);
  } catch {
    return { kind: 'unreadable', description: describeText(redact(trimmed)) };
  }
  if (!isObject(json)) return { kind: 'unreadable', description: 'JSON that is not an object' };
  const { success, result, retryable, retry_after: retryAfter } = json;
  if (typeof success === 'boolean') {
    const errors = objectsOf(json.errors).map(toErrorDetail);
    const info: JsonObject = isObject(json.result_info) ? json.result_info : {};
    const resultInfo = { totalCount: numberOf(info.total_count), perPage: numberOf(info.per_page) };
    return { kind: 'envelope', success, errors, result, resultInfo };
  }
  if (json.cloudflare_error === true || (typeof json.title === 'string' && typeof json.status === 'number')) {
    const texts = [json.title, json.detail].filter((value) => typeof value === 'string');
    const error = { ...toCodedMessage({ code: json.error_code, message: texts.join(': ') }), chain: [] };
    return { kind: 'problem', error, retryable: typeof retryable === 'boolean' ? retryable : undefined, retryAfter };
  }
  return { kind: 'unreadable', description: 'JSON that is not an answer of the API (it has no "success")' };
}

function describeText(text: string): string {
  if (/^(?:<!doctype html|<html)/i.test(text)) {
    const title = /<title[^>]{0,200}>([^<]{1,500})/i.exec(text)?.[1]?.trim();
    return title === undefined ? 'an HTML page' : `an HTML page titled "${truncate(title, 200)}"`;
  }
  if (/^[[{"]/.test(text)) return 'JSON that is broken or cut off';
  return `text: "${truncate(text, 200)}"`;
}

type JsonObject = Readonly<Record<string, unknown>>;

function toErrorDetail(error: JsonObject): ErrorDetail {
  return {
    ...toCodedMessage(error),
    chain: objectsOf(error.error_chain).map(toCodedMessage),
    documentationUrl: textOf(error.documentation_url),
    pointer: isObject(error.source) ? textOf(error.source.pointer) : undefined,
  };
}

function toCodedMessage({ code, message }: JsonObject): CodedMessage {
  return { ...(typeof code === 'number' && { code }), message: textOf(message) ?? '' };
}

const objectsOf = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? truncate(value, MAX_MESSAGE) : undefined;
