import type { RecordedRequest, SandboxInvite } from '../../sandbox/cloudflare.ts';

/**
 * What a PATCH may have done, as far as its response tells: nothing (`none`); nothing, for a reason of the invite's
 * (`refused`); perhaps something (`unclear`); what was asked (`shown`). A refusal under HTTP 2xx may be taken for either
 * of the two in the middle (`doubtful`).
 */
export type Effect = 'none' | 'refused' | 'unclear' | 'doubtful' | 'shown';

/** A request that concerns one invite, and what its response said. */
export interface Exchange {
  readonly record: RecordedRequest;
  /** Of a PATCH alone. */
  readonly effect?: Effect;
  /** The invite with its status, if the response showed it. */
  readonly shown?: SandboxInvite;
}

/** What can be known of an invite: see "Knowledge ages" in the contract. */
export interface Knowledge {
  /** The last read that is not outdated. */
  readonly read: Exchange | undefined;
  /** Whether an attempt may still take effect; undefined where both views are right. */
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
 * Every request that tells something about an invite, in the order of the requests, of which at most one is under way.
 * @param cutMs when the client gave up whatever was under way, in milliseconds since the epoch
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
export function knowledgeOf(exchanges: readonly Exchange[]): Knowledge {
  let read: Exchange | undefined;
  let mayTakeEffect: boolean | undefined = false;
  for (const exchange of exchanges) {
    const { effect, shown } = exchange;
    const isFinal = shown !== undefined && shown.status !== 'pending';
    if (effect === undefined || effect === 'shown') {
      if (shown !== undefined) read = exchange;
      if (isFinal) mayTakeEffect = false;
    } else if (effect !== 'none') {
      read = undefined;
      if (effect === 'unclear') mayTakeEffect = true;
      if (effect === 'doubtful' && mayTakeEffect === false) mayTakeEffect = undefined;
    }
  }
  return { read, mayTakeEffect };
}

/** The requests of the last look at the list, from its first page on. */
export function lastLook(requests: readonly RecordedRequest[]): readonly RecordedRequest[] {
  const pages = requests.filter(isList);
  return pages.slice(pages.findLastIndex(({ path }) => /[?&]page=1(?:&|$)/.test(path) || !path.includes('?')));
}

function withoutResponse({ status }: RecordedRequest): Effect {
  return status === 'refuseConnection' ? 'none' : 'unclear';
}

function effectOf(record: RecordedRequest, isShown: boolean): Effect {
  const { status = 0, body = '' } = record.response ?? {};
  const { success, codes } = parse(body);
  if (isShown) return 'shown';
  if (status === 429 || has(codes, RATE_LIMITS) || refusesCredentials(record)) return 'none';
  if (status >= 300 && status < 400) return 'none';
  if (status >= 500 || status === 408) return 'unclear';
  if (status >= 400) return 'refused';
  return success === false && codes.length > 0 ? 'doubtful' : 'unclear';
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
  // Runs are many and bodies repeat within one of them.
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
