import { changedResult, type Fault, type ReplyTemplate, type SandboxInvite } from '../../sandbox/cloudflare.ts';
import type { OUTPUT_NAMES } from '../../src/report/outputs.ts';
import type { AnnotationLevel } from '../../src/report/workflow.ts';
import { inviteId, type VirtualWorldOptions, type WrittenInputs } from '../run.ts';

/** One situation: what a step meets, and what is expected of it. `play.ts` plays it, `check.ts` checks it. */
export interface Case {
  /** Subject and verb; unique, so that one case can be run by its name. */
  readonly name: string;

  // What the step meets

  /**
   * What the workflow author writes under `with`. `status: accepted` and a good `api-token` are added, and the
   * `invite-id` of invite 1 where neither an `invite-id` nor a filter is written. `undefined` is "not written".
   */
  readonly inputs?: WrittenInputs;
  /** Environment variables beside those of the runner. */
  readonly env?: Readonly<Record<string, string>>;
  /** The invites that Cloudflare has; invite 1, pending, without it. */
  readonly invites?: readonly SandboxInvite[];
  /** How Cloudflare behaves apart from `responses`: pages, limits, latency, refused tokens. */
  readonly server?: Omit<VirtualWorldOptions, 'invites' | 'faults'>;
  /**
   * The responses to the requests, in order: a request takes the first one that fits it and is not used up. Where none
   * fits, the sandbox responds as Cloudflare would.
   */
  readonly responses?: readonly CaseResponse[];
  /** Changes on the server that the step does not make: a new invite, or another status of an existing one. */
  readonly meanwhile?: readonly { readonly atMs: number; readonly invite: SandboxInvite & { readonly id: string } }[];
  /** When the job is cancelled, in milliseconds from the start; 0 is before the first request. */
  readonly cancelAtMs?: number;
  /** GitHub's responses, in order. Without them, GitHub cannot be reached. */
  readonly github?: readonly ReplyTemplate[];
  /** Thrown when the step uses the proxy of the environment: a `ProxyError`, or a defect. */
  readonly proxyError?: unknown;

  /** Set where a response holds dates of the virtual time, so that the case cannot be played through `dist`. */
  readonly needsVirtualTime?: true;

  // What the step does

  /** The methods of all requests to Cloudflare, in order: `PATCH GET PATCH`; empty if there must be none. */
  readonly requests: string;
  readonly exit: 0 | 1;
  /**
   * Every annotation in order, by its level or as `level: part of the title`. Without it, a step that fails has one
   * error, and a step that succeeds has no annotation.
   */
  readonly annotations?: readonly (AnnotationLevel | `${AnnotationLevel}: ${string}`)[];
  /** Part of the title of the first annotation. */
  readonly title?: string;
  /** The whole message of the first annotation. */
  readonly message?: string;
  /** Parts of the messages of the annotations. */
  readonly says?: readonly string[];
  /** Texts that no title and no message of an annotation holds. */
  readonly neverSays?: readonly string[];
  /** Parts of the lines that begin with "What to do: ". */
  readonly hints?: readonly string[];
  /** The outcome of each invite, in the order of the output `invites`. */
  readonly outcomes?: readonly ('changed' | 'unchanged' | 'planned' | 'failed' | 'not_attempted')[];
  readonly outputs?: Readonly<Partial<Record<(typeof OUTPUT_NAMES)[number], string>>>;
  /** Parts of lines of the log. */
  readonly logs?: readonly string[];
  /** Texts that no line of the log holds. */
  readonly neverLogs?: readonly string[];
  /** Parts of the debug log. */
  readonly debugs?: readonly string[];
  /** Parts of the job summary. */
  readonly summary?: readonly string[];
  /** The values that the runner is asked to hide. */
  readonly masks?: readonly string[];
  /**
   * The statuses on the server afterwards, in the order of `invites`, later ones last. Without it, a step that
   * succeeds must have left every invite that it handled with the wanted status.
   */
  readonly onServer?: readonly string[];
  /** The same for the memberships on the server. */
  readonly memberships?: readonly string[];
  /** Path and query of every request to Cloudflare, below the base URL. */
  readonly paths?: readonly string[];
  /** Headers and body that every request to Cloudflare has; `undefined` is "none". Names in lower case. */
  readonly sends?: { readonly headers?: Readonly<Record<string, string | undefined>>; readonly body?: string };
  /** When the requests arrive, in milliseconds from the start. Backoff has no jitter here: 500, 1000, 2000 … */
  readonly atMs?: readonly number[];
  /** How long the step takes, in milliseconds. */
  readonly tookMs?: number;
  /** The methods of all requests to GitHub, in order. Without it, there must be none. */
  readonly githubRequests?: string;
}

/** A response, or another end of the connection. */
export type CaseResponse = Fault & {
  /** In place of ECONNREFUSED where the connection is refused. */
  readonly error?: { readonly message: string; readonly code?: string };
};

/** Cases that share some fields; a field of a case overrides the shared one. */
export function sharing<C extends Partial<Case>>(
  common: C & Record<Exclude<keyof C, keyof Case>, never>,
  cases: readonly (Omit<Case, keyof C> & Partial<Case>)[],
): readonly Case[] {
  return cases.map((rest) => ({ ...common, ...rest }) as unknown as Case);
}

/** The id of invite 1. */
export const ID = inviteId(1);

/** The ids of invites 1 to `count`, as `invite-id` takes them. */
export const idsTo = (count: number): string =>
  Array.from({ length: count }, (_, index) => inviteId(index + 1)).join(' ');

/** The request to the other list, after no invite matched. */
export const OTHER_LIST = '/memberships?status=pending&page=1&per_page=50';

/** Inputs of a step in list mode that selects every pending invite. */
export const ALL = { 'organization-name': '*' };

/** An HTTP response. An object becomes JSON; a text is sent as `text/plain` unless `headers` say otherwise. */
export function http(
  status: number,
  body: string | object = '',
  headers: Readonly<Record<string, string>> = {},
): Fault {
  return { reply: { status, body, headers } };
}

/** An HTTP response as `curl --include` prints it: status line, headers, an empty line, the body. */
export function pasted(text: string): Fault {
  const [head = '', ...paragraphs] = text.trim().split(/\n[ \t]*\n/);
  const [statusLine = '', ...headerLines] = head.split('\n').map((line) => line.trim());
  const headers = headerLines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return http(Number(statusLine.split(' ')[1]), paragraphs.join('\n\n').trim(), Object.fromEntries(headers));
}

/** A success in Cloudflare's envelope, with this result. Nothing changes on the server. */
export function success(result: unknown): Fault {
  return http(200, { success: true, errors: [], messages: [], result });
}

/** The sandbox's own response, with some fields of the invite changed; `undefined` leaves a field out. */
export const shows = (changes: Readonly<Record<string, unknown>>): Fault => changedResult('shows', changes);

/** The sandbox's own response, with these headers. */
export function withHeaders(headers: Readonly<Record<string, string>>): Fault {
  return { mutateReply: (reply) => ({ ...reply, headers: { ...reply.headers, ...headers } }) };
}

/** The sandbox's own response, after a delay. */
export const late = (delayMs: number): Fault => ({ delayMs });

/** The sandbox's own response. */
export const ownResponse: Fault = late(0);

/** No connection: nothing was sent. */
export const noConnection: Fault = { refuseConnection: true };

/** No connection, for the reason that Node gives. */
export function unconnected(message: string, code?: string): CaseResponse {
  return { ...noConnection, error: { message, ...(code !== undefined && { code }) } };
}

/** The connection drops before the response. The request has no effect, except with `applied`. */
export const dropped: Fault = { drop: 'before' };

/** No response at all. */
export const hangs: Fault = { hang: true };

/** A response to a PATCH alone. */
export const onPatch = (response: Fault): Fault => ({ ...response, on: { method: 'PATCH' } });

/** A response to a GET alone. */
export const onGet = (response: Fault): Fault => ({ ...response, on: { method: 'GET' } });

/** A response to requests for one invite alone. */
export const onInvite = (number: number, response: Fault): Fault => ({
  ...response,
  on: { ...response.on, id: inviteId(number) },
});

/** A response to this number of requests. */
export const times = (count: number, response: Fault): Fault => ({ ...response, times: count });

/** A response to every request that it fits. */
export const always = (response: Fault): Fault => times(Number.POSITIVE_INFINITY, response);

/** The response, to a request that takes effect. */
export const applied = (response: Fault): Fault => ({ ...response, applied: true });
