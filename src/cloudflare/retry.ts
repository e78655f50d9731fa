// Retry timing as pure functions of an answer. Without a delay from the server, the values are those of Cloudflare's own
// TypeScript and Python clients: min(0.5·2^n, 8) s, less up to 25 %.

const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 8_000;
const JITTER = 0.25;

/**
 * Milliseconds to wait before the next attempt. A delay that the server asked for is obeyed exactly, without jitter.
 *
 * @param failures how many attempts have failed so far, at least 1
 * @param random a number from 0 (inclusive) to 1 (exclusive)
 */
export function retryDelayMs(failures: number, serverDelayMs: number | undefined, random: () => number): number {
  if (serverDelayMs !== undefined) return serverDelayMs;
  const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), MAX_BACKOFF_MS);
  return backoffMs * (1 - JITTER * random());
}

// RFC 9110, section 5.6.7: the preferred form of an HTTP date, and the two obsolete forms that a client must accept.
const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const RFC_850_DATE = /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;
const NUMBER = /^\d+(?:\.\d+)?$/;

/**
 * The delay in milliseconds that an answer asks for: `retry-after-ms`, else `retry-after` in seconds or as a
 * date, else `retry_after` (seconds) of a problem body. Anything else counts as no delay.
 */
export function serverDelayMs(headers: Headers, bodyRetryAfter: unknown, nowMs: number): number | undefined {
  return (
    parseNumber(headers.get('retry-after-ms'), 1) ??
    parseNumber(headers.get('retry-after'), 1_000) ??
    parseDateDelay(headers.get('retry-after'), nowMs) ??
    parseNumber(typeof bodyRetryAfter === 'number' ? String(bodyRetryAfter) : bodyRetryAfter, 1_000)
  );
}

function parseNumber(value: unknown, unitMs: number): number | undefined {
  return typeof value === 'string' && NUMBER.test(value.trim()) ? Number(value) * unitMs : undefined;
}

function parseDateDelay(value: string | null, nowMs: number): number | undefined {
  const date = value ?? '';
  const epochMs =
    IMF_FIXDATE.test(date) || RFC_850_DATE.test(date)
      ? Date.parse(date)
      : ASCTIME_DATE.test(date)
        ? Date.parse(`${date} GMT`)
        : Number.NaN;
  return Number.isNaN(epochMs) ? undefined : Math.max(0, epochMs - nowMs);
}

// One item of the header: a quoted policy name and its parameters, `"default";r=50;t=30`, with others among them.
const RATELIMIT_ITEM = /"[^"]*"((?:\s*;\s*[a-z-]+=(?:"[^"]*"|[^\s;,"]+))*)/g;

/**
 * Milliseconds until requests are allowed again, if a `Ratelimit` header says that none is left. Of several policies,
 * the one that frees last decides.
 *
 * @param inFlight how many requests have no answer yet: the server may not have counted them
 *
 * Source: Cloudflare's changelog of September 2025 and draft-ietf-httpapi-ratelimit-headers
 * (`r` requests left, `t` seconds until the quota is reset).
 */
export function rateLimitPauseMs(header: string | null, inFlight: number): number | undefined {
  const pauses = [...(header ?? '').matchAll(RATELIMIT_ITEM)].flatMap(([, parameters = '']) => {
    const left = /;\s*r=(\d+)/.exec(parameters)?.[1];
    const seconds = /;\s*t=(\d+)/.exec(parameters)?.[1];
    return left !== undefined && Number(left) <= inFlight && seconds !== undefined ? [Number(seconds) * 1_000] : [];
  });
  return pauses.length > 0 ? Math.max(...pauses) : undefined;
}
