import type { RecordedRequest, SandboxInvite } from '../../sandbox/cloudflare.ts';

/**
 * What a PATCH did, as far as its response tells. `not-applied`: nothing. `rejected`: nothing, for a reason of the
 * invite's. `unknown`: it may have taken effect. `rejected-or-unknown`: a refusal under HTTP 2xx, where either is right.
 * `shown`: the response shows the desired status.
 */
export type PatchEffect = 'not-applied' | 'rejected' | 'unknown' | 'rejected-or-unknown' | 'shown';

/** A request that concerns one invite, and what its response said. */
export interface Exchange {
  readonly record: RecordedRequest;
  /** Of a PATCH alone. */
  readonly effect?: PatchEffect;
  /** The invite with its status, if the response showed it. */
  readonly shown?: SandboxInvite;
}

/** What can be known of an invite: the last read, unless an attempt has outdated it. */
export interface KnownOfInvite {
  /** The last read that is not outdated. */
  readonly read: Exchange | undefined;
  /** Whether an attempt may still take effect; undefined where both values are right. */
  readonly mayTakeEffect: boolean | undefined;
}

interface Parsed {
  readonly success: boolean | undefined;
  readonly codes: readonly number[];
  readonly text: string;
  readonly result: unknown;
}

const RATE_LIMITS = [971, 10429, 10100];
const REFUSED_CREDENTIALS = [6003, 9103, 9106, 9109, 10000, 10405, 10502];

const lowercase = (id: unknown): string => String(id).toLowerCase();

const isList = ({ path }: RecordedRequest): boolean => /\/user\/invites(?:\?|$)/.test(path);

/** The id in the path of a request, in lower case; undefined for a list. */
export function idOf({ path }: RecordedRequest): string | undefined {
  return /\/user\/invites\/([^/?]+)$/.exec(path)?.[1]?.toLowerCase();
}

/** Whether a response refuses the credentials, to all requests or to this one. */
export function refusesCredentials({ response }: RecordedRequest): boolean {
  if (response === undefined) return false;
  const { codes, text } = parse(response.body);
  return response.status === 401 || has(codes, REFUSED_CREDENTIALS) || /Invalid API Token/.test(text);
}

/** Whether a response says that this user has no such invite. */
export function saysNotFound({ response }: RecordedRequest): boolean {
  return response !== undefined && has(parse(response.body).codes, [7003, 1003]);
}

/**
 * Every request whose response can show an invite, in order. At most one at a time is in flight.
 * @param cutMs when the client aborts the requests in flight, also those that end just then, in milliseconds since the epoch
 */
export function exchangesOf(
  requests: readonly RecordedRequest[],
  id: string,
  wanted: string,
  cutMs = Number.POSITIVE_INFINITY,
): readonly Exchange[] {
  return requests.flatMap((record): Exchange[] => {
    const isSeen = record.response !== undefined && record.response.atMs < cutMs;
    const shown = isSeen ? shownIn(record, id) : undefined;
    if (isList(record)) return shown === undefined ? [] : [{ record, shown }];
    if (idOf(record) !== lowercase(id)) return [];
    const base = { record, ...(shown && { shown }) };
    if (record.method !== 'PATCH') return [base];
    const effect = isSeen ? effectOf(record, shown?.status === wanted) : withoutResponse(record);
    return [{ ...base, effect }];
  });
}

/** What can be known after these requests. */
export function knownOf(exchanges: readonly Exchange[]): KnownOfInvite {
  let read: Exchange | undefined;
  let mayTakeEffect: boolean | undefined = false;
  for (const exchange of exchanges) {
    const { effect, shown } = exchange;
    const isFinal = shown !== undefined && shown.status !== 'pending';
    if (effect === undefined || effect === 'shown') {
      if (shown !== undefined) read = exchange;
      if (isFinal) mayTakeEffect = false;
    } else if (effect !== 'not-applied') {
      read = undefined;
      if (effect === 'unknown') mayTakeEffect = true;
      if (effect === 'rejected-or-unknown' && mayTakeEffect === false) mayTakeEffect = undefined;
    }
  }
  return { read, mayTakeEffect };
}

/** The requests of the last look at the list, from its first page on. */
export function lastLook(requests: readonly RecordedRequest[]): readonly RecordedRequest[] {
  const pages = requests.filter(isList);
  return pages.slice(pages.findLastIndex(({ path }) => /[?&]page=1(?:&|$)/.test(path) || !path.includes('?')));
}

function withoutResponse({ status }: RecordedRequest): PatchEffect {
  return status === 'refuseConnection' ? 'not-applied' : 'unknown';
}

function effectOf(record: RecordedRequest, isShown: boolean): PatchEffect {
  const { status = 0, body = '' } = record.response ?? {};
  const { success, codes } = parse(body);
  if (isShown) return 'shown';
  if (status === 429 || has(codes, RATE_LIMITS) || refusesCredentials(record)) return 'not-applied';
  if (status >= 300 && status < 400) return 'not-applied';
  if (status >= 500 || status === 408) return 'unknown';
  if (status >= 400) return 'rejected';
  return success === false && codes.length > 0 ? 'rejected-or-unknown' : 'unknown';
}

function shownIn(record: RecordedRequest, id: string): SandboxInvite | undefined {
  const { status = 0, body = '' } = record.response ?? {};
  const { success, result } = parse(body);
  if (status >= 300 || success !== true) return undefined;
  const entries: readonly unknown[] = Array.isArray(result) ? result : [];
  const candidates = isList(record) ? entries : [result];
  return candidates.findLast((value): value is SandboxInvite => {
    if (typeof value !== 'object' || value === null || !('status' in value)) return false;
    return 'id' in value ? lowercase(value.id) === lowercase(id) : !isList(record);
  });
}

const parsed = new Map<string, Parsed>();

function parse(body: string): Parsed {
  // One step repeats bodies; the limit is for many steps.
  if (parsed.size > 1_000) parsed.clear();
  const known = parsed.get(body) ?? parseAnew(body);
  parsed.set(body, known);
  return known;
}

function parseAnew(body: string): Parsed {
  try {
    const { success, errors, result } = JSON.parse(body);
    const chains = (errors ?? []).flatMap((error: { error_chain?: unknown[] }) => [
      error,
      ...(error.error_chain ?? []),
    ]);
    return { success, codes: chains.map(({ code }: { code: number }) => code), text: body, result };
  } catch {
    return { success: undefined, codes: [], text: body, result: undefined };
  }
}

function has(codes: readonly number[], wanted: readonly number[]): boolean {
  return codes.some((code) => wanted.includes(code));
}
