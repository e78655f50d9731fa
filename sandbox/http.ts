/** Path prefix of Cloudflare's API. */
export const BASE_PATH = '/client/v4';

export type HttpHeaders = Readonly<Record<string, string>>;

/** A request as the server receives it. Header names are in lower case; `path` includes the query. */
export interface SandboxRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: HttpHeaders;
  readonly body: string;
}

/** A complete HTTP response. Header names are in lower case. */
export interface SandboxResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: string;
}

/** What the network brings to the client: a response, or how the connection ends. */
export type Reply =
  | ({ readonly kind: 'full' } & SandboxResponse)
  /** No connection is made, so the request does not leave the client. */
  | { readonly kind: 'refused' }
  /** The connection closes before the first byte of the response. */
  | { readonly kind: 'dropped' }
  /**
   * Status, headers and the first `sentBytes` of the body, then the connection ends: inside a chunked body (`reset`),
   * or with less than the announced content-length (`short`).
   */
  | ({ readonly kind: 'broken'; readonly end: 'reset' | 'short'; readonly sentBytes: number } & SandboxResponse)
  /** The connection stays open without a response. */
  | { readonly kind: 'hanging' }
  | ({ readonly kind: 'slow'; readonly msPerByte: number } & SandboxResponse)
  /** Repeats `body` without end. */
  | ({ readonly kind: 'endless' } & SandboxResponse);

export interface EnvelopeError {
  readonly code: number;
  readonly message: string;
  readonly documentation_url?: string;
  readonly source?: { readonly pointer: string };
  readonly error_chain?: readonly { readonly code: number; readonly message: string }[];
}

export const JSON_HEADERS = { 'content-type': 'application/json' };

/** Message of Cloudflare's rate limit. */
export const THROTTLED = 'Please wait and consider throttling your request speed';

/** Cloudflare's envelope of a failed request. */
export function failureResponse(status: number, ...errors: readonly EnvelopeError[]): SandboxResponse {
  const body = JSON.stringify({ success: false, errors, messages: [], result: null });
  return { status, headers: JSON_HEADERS, body };
}

/** Cloudflare's envelope of a result. */
export function successResponse(result: unknown, resultInfo?: unknown): SandboxResponse {
  // JSON.stringify omits what is undefined.
  const body = JSON.stringify({ success: true, errors: [], messages: [], result, result_info: resultInfo });
  return { status: 200, headers: JSON_HEADERS, body };
}
