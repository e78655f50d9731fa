import { strict as assert } from 'node:assert';
import { CloudflareSandbox, type Fault } from '../../sandbox/cloudflare.ts';
import { fetchFailed, sandboxFetch } from '../../sandbox/fetch.ts';
import { runStep } from '../../sandbox/runner.ts';
import { serve } from '../../sandbox/server.ts';
import { systemClock } from '../../src/clock.ts';
import { FILTER_NAMES } from '../../src/invites/filters.ts';
import { CREDENTIALS, createVirtualWorld, invite, run, type ShownAnnotation, START_MS } from '../run.ts';
import { type Case, ID } from './case.ts';

/** A step that is over, in process or as a process. */
export interface Played {
  readonly exitCode: number | null;
  readonly annotations: readonly ShownAnnotation[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly log: readonly string[];
  readonly debug: readonly string[];
  readonly summary: string;
  readonly masks: readonly string[];
  /** Everything that the step wrote, except what it asked the runner to hide. */
  readonly written: string;
  readonly sandbox: CloudflareSandbox;
  readonly githubRequests: readonly string[];
  readonly startMs: number;
  readonly elapsedMs: number;
  /** Whether times are exact. */
  readonly isVirtual: boolean;
}

const GITHUB_URL = 'https://api.github.com';

/** What GitHub's runner tells every step. */
const RUNNER = {
  GITHUB_ACTIONS: 'true',
  GITHUB_API_URL: GITHUB_URL,
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'octocat/hello-world',
  GITHUB_RUN_ID: '1658821493',
};

/** The inputs of the step, those that every case has included. */
export function inputsOf({ inputs = {} }: Case): Readonly<Record<string, string | undefined>> {
  const isChosen = ['invite-id', ...FILTER_NAMES].some((name) => name in inputs);
  return {
    status: 'accepted',
    'api-token': CREDENTIALS.token,
    ...(!isChosen && { 'invite-id': ID }),
    ...inputs,
  };
}

const invitesOf = (given: Case) => given.invites ?? [invite(1)];

/** The name under which the sandbox records that a response was given. */
export const responseName = (index: number): string => `response ${index + 1}`;

/** The responses under names by which their requests can be counted. */
function faultsOf({ responses = [] }: Case): readonly Fault[] {
  return responses.map((response, index) => ({ ...response, name: responseName(index) }));
}

/** Plays a case in this process, on virtual time. */
export async function playInProcess(given: Case): Promise<Played> {
  const world = createVirtualWorld({ ...given.server, invites: invitesOf(given), faults: faultsOf(given) });
  const { sandbox } = world;
  const clock = world.clock.unrecorded();
  for (const { atMs, invite } of given.meanwhile ?? []) {
    const change = (): void => {
      if (sandbox.invite(invite.id) === undefined) sandbox.addInvite(invite);
      else sandbox.setStatus(invite.id, invite.status ?? '');
    };
    void clock.sleep(atMs).then(change);
  }
  const github = [...(given.github ?? [])];
  const githubRequests: string[] = [];
  const cloudflare = sandboxFetch(sandbox, clock);
  const rethrow = (error: unknown): never => {
    const fault = sandbox.requests.at(-1)?.fault;
    const cause = given.responses?.find((_, index) => fault === responseName(index))?.error;
    throw cause === undefined ? error : fetchFailed(cause.message, cause);
  };
  const startMs = clock.nowMs();
  const step = await run({
    world,
    inputs: inputsOf(given),
    env: { ...RUNNER, ...given.env },
    random: () => 0,
    useProxy: () => {
      if (given.proxyError !== undefined) throw given.proxyError;
    },
    ...(given.cancelAtMs !== undefined && { cancelAt: given.cancelAtMs }),
    fetch: async (input, init) => {
      const request = new Request(input, init);
      if (!request.url.startsWith(`${GITHUB_URL}/`)) return cloudflare(input, init).catch(rethrow);
      githubRequests.push(request.method);
      const { status, headers = {}, body = '' } = github.shift() ?? {};
      if (status === undefined) throw fetchFailed('connect ECONNREFUSED', { code: 'ECONNREFUSED' });
      return typeof body === 'string'
        ? new Response(body, { status, headers })
        : Response.json(body, { status, headers });
    },
  });
  const { annotations, outputs, log, debug, summary, masked } = step;
  return {
    ...step,
    masks: masked,
    written: [...annotations.flatMap(Object.values), ...log, ...debug, summary, ...textsOf(outputs)].join('\n'),
    githubRequests,
    startMs,
    isVirtual: true,
  };
}

/** Plays a case as GitHub's runner does: `dist` as a child process, the sandbox on a loopback port. */
export async function playThroughDist(given: Case): Promise<Played> {
  const sandbox = new CloudflareSandbox({
    credentials: CREDENTIALS,
    ...given.server,
    invites: invitesOf(given),
    faults: faultsOf(given),
    clock: systemClock,
  });
  const server = await serve(sandbox);
  try {
    const startMs = systemClock.nowMs();
    const written = Object.entries({ 'api-base-url': server.url, ...inputsOf(given) });
    const step = await runStep({
      with: Object.fromEntries(written.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
      // A request to GitHub would arrive at the sandbox, and be one too many.
      env: { GITHUB_API_URL: server.url, ...given.env },
    });
    assert.deepEqual([step.signal, step.stderr, step.droppedAnnotations], [null, '', 0], 'the process ends cleanly');
    assert(step.masks.length === 0 || step.stdout.startsWith('::add-mask::'), 'credentials are hidden first of all');
    const unmasked = step.stdout.split('\n').filter((line) => !line.startsWith('::add-mask::'));
    return {
      ...step,
      // The runner's own, which no step can prevent.
      annotations: step.annotations.filter(({ message }) => !message.startsWith('Unexpected input(s)')),
      written: [...unmasked, step.summary, ...textsOf(step.outputs), ...Object.values(step.environmentFiles)].join(
        '\n',
      ),
      sandbox,
      githubRequests: [],
      startMs,
      elapsedMs: systemClock.nowMs() - startMs,
      isVirtual: false,
    };
  } finally {
    await server.close();
  }
}

/** Longest virtual time of a case that is played through `dist` as well, in milliseconds. */
const MAX_DIST_MS = 1_000;

/**
 * Whether `dist` as a child process can meet the case, needs little time for it and does the same each time. A server
 * cannot refuse a connection, other addresses lead nowhere, and real time orders anew what happens at the same time.
 */
export async function isForDist(given: Case): Promise<boolean> {
  const { responses = [], inputs = {}, requests } = given;
  const isOutOfReach = responses.some((response) => 'refuseConnection' in response);
  const isElsewhere = 'api-base-url' in inputs && requests !== '';
  const isOfThisProcess = ['meanwhile', 'cancelAtMs', 'githubRequests', 'proxyError', 'needsVirtualTime'].some(
    (name) => name in given,
  );
  if (isOutOfReach || isElsewhere || isOfThisProcess || given.server?.secondActor !== undefined) return false;
  const { elapsedMs, sandbox } = await playInProcess(given);
  return elapsedMs < MAX_DIST_MS && sandbox.maxConcurrent <= 1;
}

const DATES = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/g;

/** The case with every date in its texts as far from now as it was from the start of virtual time. */
export function movedToNow(given: Case): Case {
  const byMs = systemClock.nowMs() - START_MS;
  const moved = (date: string): string => {
    const to = new Date(Date.parse(date) + byMs);
    return date.endsWith('GMT') ? to.toUTCString() : to.toISOString().replace(/\.\d+/, '');
  };
  const move = (part: unknown): unknown => {
    if (typeof part === 'string') return part.replaceAll(DATES, moved);
    if (Array.isArray(part)) return part.map(move);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, move(inner)]));
  };
  return move({ ...given, invites: invitesOf(given) }) as Case;
}

/** Every text of the outputs, also as `fromJSON()` reads them. */
function textsOf(outputs: Readonly<Record<string, string>>): string[] {
  const texts = Object.values(outputs);
  for (const json of [outputs.invites, outputs.roles, outputs.invite_ids]) {
    JSON.parse(json || 'null', (_, value) => (typeof value === 'string' ? texts.push(value) : value));
  }
  return texts;
}
