import { strict as assert } from 'node:assert';
import { CloudflareSandbox, type Fault } from '../../sandbox/cloudflare.ts';
import { fetchFailed, sandboxFetch } from '../../sandbox/fetch.ts';
import { runStep } from '../../sandbox/runner.ts';
import { serve } from '../../sandbox/server.ts';
import { systemClock } from '../../src/clock.ts';
import { FILTER_NAMES } from '../../src/invites/filters.ts';
import { CREDENTIALS, createVirtualWorld, invite, run, type ShownAnnotation, START_MS } from '../run.ts';
import { type Case, ID } from './case.ts';

/** The result of a step, in this process or in a child process. */
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

/** Variables that GitHub's runner sets for every step. */
const RUNNER = {
  GITHUB_ACTIONS: 'true',
  GITHUB_API_URL: GITHUB_URL,
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'octocat/hello-world',
  GITHUB_RUN_ID: '1658821493',
};

/** The inputs of the step, including those of every case. */
export function inputsOf({ inputs = {} }: Case): Readonly<Record<string, string | undefined>> {
  const isSelected = ['invite-id', ...FILTER_NAMES].some((name) => name in inputs);
  return {
    status: 'accepted',
    'api-token': CREDENTIALS.token,
    ...(!isSelected && { 'invite-id': ID }),
    ...inputs,
  };
}

const invitesOf = (testCase: Case) => testCase.invites ?? [invite(1)];

/** The name under which the sandbox records a response of the case. */
export const responseName = (index: number): string => `response ${index + 1}`;

/** The responses, named so that their requests can be counted. */
function faultsOf({ responses = [] }: Case): readonly Fault[] {
  return responses.map((response, index) => ({ ...response, name: responseName(index) }));
}

/** Plays a case in this process, on virtual time. */
export async function playInProcess(testCase: Case): Promise<Played> {
  const world = createVirtualWorld({ ...testCase.server, invites: invitesOf(testCase), faults: faultsOf(testCase) });
  const { sandbox } = world;
  const clock = world.clock.unrecorded();
  for (const { atMs, invite } of testCase.meanwhile ?? []) {
    const change = (): void => {
      if (sandbox.invite(invite.id) === undefined) sandbox.addInvite(invite);
      else sandbox.setStatus(invite.id, invite.status ?? '');
    };
    void clock.sleep(atMs).then(change);
  }
  const github = [...(testCase.github ?? [])];
  const githubRequests: string[] = [];
  const cloudflare = sandboxFetch(sandbox, clock);
  const rethrow = (error: unknown): never => {
    const fault = sandbox.requests.at(-1)?.fault;
    const cause = testCase.responses?.find((_, index) => fault === responseName(index))?.error;
    throw cause === undefined ? error : fetchFailed(cause.message, cause);
  };
  const startMs = clock.nowMs();
  const step = await run({
    world,
    inputs: inputsOf(testCase),
    env: { ...RUNNER, ...testCase.env },
    random: () => 0,
    useProxy: () => {
      if (testCase.proxyError !== undefined) throw testCase.proxyError;
    },
    ...(testCase.cancelAtMs !== undefined && { cancelAt: testCase.cancelAtMs }),
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
export async function playThroughDist(testCase: Case): Promise<Played> {
  const sandbox = new CloudflareSandbox({
    credentials: CREDENTIALS,
    ...testCase.server,
    invites: invitesOf(testCase),
    faults: faultsOf(testCase),
    clock: systemClock,
  });
  const server = await serve(sandbox);
  try {
    const startMs = systemClock.nowMs();
    const written = Object.entries({ 'api-base-url': server.url, ...inputsOf(testCase) });
    const step = await runStep({
      with: Object.fromEntries(written.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
      // A request to GitHub would arrive at the sandbox, and fail the case.
      env: { GITHUB_API_URL: server.url, ...testCase.env },
    });
    assert.deepEqual([step.signal, step.stderr, step.droppedAnnotations], [null, '', 0], 'the process ends cleanly');
    assert(step.masks.length === 0 || step.stdout.startsWith('::add-mask::'), 'credentials are hidden first of all');
    const unmasked = step.stdout.split('\n').filter((line) => !line.startsWith('::add-mask::'));
    return {
      ...step,
      // Without the runner's own warning, which no step can prevent.
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
 * Whether the case can be played through `dist`: it needs little time and has one possible result. A server cannot
 * refuse a connection, no other address can be reached, and in real time concurrent requests have no fixed order.
 */
export async function isForDist(testCase: Case): Promise<boolean> {
  const { responses = [], inputs = {}, requests } = testCase;
  const isOutOfReach = responses.some((response) => 'refuseConnection' in response);
  const isElsewhere = 'api-base-url' in inputs && requests !== '';
  const isOfThisProcess = ['meanwhile', 'cancelAtMs', 'githubRequests', 'proxyError', 'needsVirtualTime'].some(
    (name) => name in testCase,
  );
  if (isOutOfReach || isElsewhere || isOfThisProcess || testCase.server?.secondActor !== undefined) return false;
  const { elapsedMs, sandbox } = await playInProcess(testCase);
  return elapsedMs < MAX_DIST_MS && sandbox.maxConcurrent <= 1;
}

const DATES = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/g;

/** The case with every date in its texts moved from the start of virtual time to now. */
export function movedToNow(testCase: Case): Case {
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
  return move({ ...testCase, invites: invitesOf(testCase) }) as Case;
}

/** Every text of the outputs, also as `fromJSON()` reads them. */
function textsOf(outputs: Readonly<Record<string, string>>): string[] {
  const texts = Object.values(outputs);
  for (const json of [outputs.invites, outputs.roles, outputs.invite_ids]) {
    JSON.parse(json || 'null', (_, value) => (typeof value === 'string' ? texts.push(value) : value));
  }
  return texts;
}
