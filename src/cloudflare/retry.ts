// Retry timing as pure functions of a response. The back-off is min(0.5·2^n, 8) s, less up to 25 %. Source:
// Cloudflare's own TypeScript and Python clients.

const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 8_000;
const JITTER = 0.25;

/** Milliseconds until the next attempt, after one or more `failures`. A delay that the server names gets no jitter. */
export function retryDelayMs(failures: number, serverDelayMs: number | undefined, random: () => number): number {
  if (serverDelayMs !== undefined) return serverDelayMs;
  const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), MAX_BACKOFF_MS);
  return backoffMs * (1 - JITTER * random());
}

// RFC 9110, section 5.6.7: the preferred form of an HTTP date, and the two obsolete forms that a client must accept.
const HTTP_DATES = [
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
] as const;

/**
 * The delay in milliseconds that a response asks for, the longest of what it says: `retry-after-ms`, `retry-after` in
 * seconds or as a date, `retry_after` of a body in seconds. Zero, a date in the past and anything else count as none.
 * @param nowMs the time where the response has no `Date`, in milliseconds since the Unix epoch
 */
export function serverDelayMs(headers: Headers, bodyDelays: readonly unknown[], nowMs: number): number | undefined {
  const delays = [
    parseNumber(headers.get('retry-after-ms'), 1),
    parseNumber(headers.get('retry-after'), 1_000),
    // By the server's clock: that of the runner may be wrong.
    (parseHttpDate(headers.get('retry-after')) ?? 0) - (parseHttpDate(headers.get('date')) ?? nowMs),
    ...bodyDelays.map((delay) => parseNumber(delay, 1_000)),
  ];
  const longest = Math.max(...delays.map((delay) => delay ?? 0));
  return longest > 0 ? longest : undefined;
}

function parseNumber(value: unknown, unitMs: number): number | undefined {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * unitMs : undefined;
}

/** The time of an HTTP date in milliseconds since the Unix epoch; undefined for anything else. */
export function parseHttpDate(value: string | null): number | undefined {
  const date = value ?? '';
  if (!HTTP_DATES.some((form) => form.test(date))) return undefined;
  // One of the obsolete forms names no zone.
  const epochMs = Date.parse(date.endsWith('GMT') ? date : `${date} GMT`);
  return Number.isNaN(epochMs) ? undefined : epochMs;
}

const LIMIT_PAUSES_MS = [5_000, 10_000, 20_000, 40_000, 80_000, 160_000] as const;
/** Source: Cloudflare's documentation of its rate limits: beyond them, it refuses all requests for five minutes. */
const MAX_LIMIT_PAUSE_MS = 300_000;

/**
 * The pause after a rate limit, in milliseconds: what the server asks for, unless it asks for nothing, or a pause did
 * not help.
 * @param inRow how many pauses, this one included, have followed one another without another response between them
 */
export function limitPauseMs(inRow: number, serverDelayMs: number | undefined): number {
  if (inRow === 1 && serverDelayMs !== undefined) return serverDelayMs;
  return Math.max(serverDelayMs ?? 0, LIMIT_PAUSES_MS[inRow - 1] ?? MAX_LIMIT_PAUSE_MS);
}

// One item of the header: a quoted policy name and its parameters, `"default";r=50;t=30`, with others among them.
const RATELIMIT_ITEM = /"[^"]*"((?:\s*;\s*[a-z-]+=(?:"[^"]*"|[^\s;,"]+))*)/g;

/**
 * Milliseconds until requests are allowed again, if a `Ratelimit` header says that none is left. Of several policies,
 * the one that frees last decides. Source: Cloudflare's changelog of September 2025 and
 * draft-ietf-httpapi-ratelimit-headers (`r` requests left, `t` seconds until the quota is reset).
 * @param inFlight how many requests have no response yet: the server may not have counted them
 */
export function rateLimitPauseMs(header: string | null, inFlight: number): number | undefined {
  const pauses = [...(header ?? '').matchAll(RATELIMIT_ITEM)].flatMap(([, parameters = '']) => {
    const left = /;\s*r=(\d+)/.exec(parameters)?.[1];
    const seconds = /;\s*t=(\d+)/.exec(parameters)?.[1];
    return left !== undefined && Number(left) <= inFlight && seconds !== undefined ? [Number(seconds) * 1_000] : [];
  });
  return pauses.length > 0 ? Math.max(...pauses) : undefined;
}
