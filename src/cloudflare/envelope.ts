import { isObject } from '../json.ts';
import type { Redact } from '../redact.ts';
import { truncate } from '../words.ts';
import type { CodedMessage, ErrorDetail } from './errors.ts';
import { INVITE_STATUSES } from './invite.ts';

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
  readonly totalCount?: number;
  readonly perPage?: number;
}

/** Long enough for any real message, short enough for an annotation of 4,096 characters. */
const MAX_MESSAGE = 500;

/**
 * Parses a body strictly: anything but an envelope or a problem is `unreadable`, with a description for people.
 *
 * @param redact takes credentials out of every text in it; a status of Cloudflare's own stays as it is
 */
export function parseBody(text: string, redact: Redact): Body {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'unreadable', description: 'an empty body' };
  let json: unknown;
  try {
    json = JSON.parse(trimmed, (key, value: unknown) => {
      if (typeof value !== 'string' || (key === 'status' && INVITE_STATUSES.has(value))) return value;
      return redact(value);
    });
  } catch {
    return { kind: 'unreadable', description: describeText(redact(trimmed)) };
  }
  if (!isObject(json)) return { kind: 'unreadable', description: 'JSON that is not an object' };
  if (typeof json.success === 'boolean') {
    return {
      kind: 'envelope',
      success: json.success,
      errors: Array.isArray(json.errors) ? json.errors.filter(isObject).map(toErrorDetail) : [],
      result: json.result,
      resultInfo: toResultInfo(json.result_info),
    };
  }
  if (json.cloudflare_error === true || (typeof json.title === 'string' && typeof json.status === 'number')) {
    return {
      kind: 'problem',
      error: toProblemDetail(json),
      retryable: typeof json.retryable === 'boolean' ? json.retryable : undefined,
      retryAfter: json.retry_after,
    };
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

function toErrorDetail(error: Readonly<Record<string, unknown>>): ErrorDetail {
  const chain = Array.isArray(error.error_chain) ? error.error_chain.filter(isObject) : [];
  return {
    ...codeAndMessage(error),
    chain: chain.map(codeAndMessage),
    ...(typeof error.documentation_url === 'string' && {
      documentationUrl: truncate(error.documentation_url, MAX_MESSAGE),
    }),
    ...(isObject(error.source) &&
      typeof error.source.pointer === 'string' && { pointer: truncate(error.source.pointer, MAX_MESSAGE) }),
  };
}

function codeAndMessage(error: Readonly<Record<string, unknown>>): CodedMessage {
  return {
    ...(typeof error.code === 'number' && { code: error.code }),
    message: typeof error.message === 'string' ? truncate(error.message, MAX_MESSAGE) : '',
  };
}

function toProblemDetail(problem: Readonly<Record<string, unknown>>): ErrorDetail {
  const texts = [problem.title, problem.detail].filter((text) => typeof text === 'string');
  return {
    ...(typeof problem.error_code === 'number' && { code: problem.error_code }),
    message: truncate(texts.join(': '), MAX_MESSAGE),
    chain: [],
  };
}

function toResultInfo(info: unknown): ResultInfo {
  if (!isObject(info)) return {};
  return {
    ...(typeof info.total_count === 'number' && { totalCount: info.total_count }),
    ...(typeof info.per_page === 'number' && { perPage: info.per_page }),
  };
}
