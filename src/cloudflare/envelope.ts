import type { ErrorDetail } from './errors.ts';
import type { Invite } from './invite.ts';

/** Cloudflare's answer as far as it could be understood. */
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

/** Paging of a listing; whatever is no number is left out. */
export interface ResultInfo {
  readonly totalCount?: number;
  readonly perPage?: number;
}

// Long enough for any real message, short enough for an annotation of 4,096 characters.
const MAX_MESSAGE = 500;

/** Understands a body strictly: what is no envelope and no problem is `unreadable`, with a description for people. */
export function parseBody(text: string): Body {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'unreadable', description: 'an empty body' };
  let json: unknown;
  try {
    json = JSON.parse(trimmed);
  } catch {
    return { kind: 'unreadable', description: describeText(trimmed) };
  }
  if (!isObject(json)) return { kind: 'unreadable', description: 'JSON that is no object' };
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
  return { kind: 'unreadable', description: 'JSON that is no answer of the API (it has no "success")' };
}

function describeText(text: string): string {
  if (/^(?:<!doctype html|<html)/i.test(text)) {
    const title = /<title[^>]{0,200}>([^<]{1,500})/i.exec(text)?.[1]?.trim();
    return title === undefined ? 'an HTML page' : `an HTML page titled "${cut(title, 200)}"`;
  }
  if (/^[[{"]/.test(text)) return 'JSON that is broken or cut off';
  return `text: "${cut(text, 200)}"`;
}

function toErrorDetail(error: Record<string, unknown>): ErrorDetail {
  const chain = Array.isArray(error.error_chain) ? error.error_chain.filter(isObject) : [];
  return {
    ...codeAndMessage(error),
    chain: chain.map(codeAndMessage),
    ...(typeof error.documentation_url === 'string' && { documentationUrl: cut(error.documentation_url, MAX_MESSAGE) }),
    ...(isObject(error.source) &&
      typeof error.source.pointer === 'string' && { pointer: cut(error.source.pointer, MAX_MESSAGE) }),
  };
}

function codeAndMessage(error: Record<string, unknown>): { code?: number; message: string } {
  return {
    ...(typeof error.code === 'number' && { code: error.code }),
    message: typeof error.message === 'string' ? cut(error.message, MAX_MESSAGE) : '',
  };
}

function toProblemDetail(problem: Record<string, unknown>): ErrorDetail {
  const texts = [problem.title, problem.detail].filter((text) => typeof text === 'string');
  return {
    ...(typeof problem.error_code === 'number' && { code: problem.error_code }),
    message: cut(texts.join(': '), MAX_MESSAGE),
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

const TEXT_FIELDS = [
  'id',
  'status',
  'organization_id',
  'organization_name',
  'invited_by',
  'invited_on',
  'expires_on',
  'invited_member_id',
  'invited_member_email',
] as const;

/** The invite in `result`, with every field of an unexpected type left out; undefined if there is no object. */
export function toInvite(result: unknown): Invite | undefined {
  if (!isObject(result)) return undefined;
  const fields = TEXT_FIELDS.flatMap((name) => {
    const value = result[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  const roles = toRoles(result.roles);
  return {
    ...Object.fromEntries(fields),
    ...(typeof result.organization_is_enforcing_twofactor === 'boolean' && {
      organization_is_enforcing_twofactor: result.organization_is_enforcing_twofactor,
    }),
    ...(roles !== undefined && { roles }),
  };
}

// A role of an unknown form is kept under this name rather than dropped: dropping it could let an invite pass a
// policy that has to allow every one of its roles.
const UNREADABLE_ROLE = '(unreadable role)';

function toRoles(roles: unknown): readonly string[] | undefined {
  if (roles === undefined || roles === null) return undefined;
  return (Array.isArray(roles) ? roles : [roles]).map((role: unknown) => {
    const name = isObject(role) ? role.name : role;
    return typeof name === 'string' ? name : UNREADABLE_ROLE;
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
