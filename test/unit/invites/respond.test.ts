import { describe, expect, test } from 'vitest';
import {
  changedResult,
  cutJson,
  dropAfterApply,
  dropBeforeApply,
  envelopeFailure,
  error500,
  type Fault,
  html502,
  problem,
  stillPending,
  successFalse,
  text503,
  text504,
  tooManyRequests,
} from '../../../sandbox/cloudflare.ts';
import { sandboxFetch } from '../../../sandbox/fetch.ts';
import { InvitesClient } from '../../../src/cloudflare/client.ts';
import { StopError } from '../../../src/cloudflare/errors.ts';
import type { Invite, InviteResponse } from '../../../src/cloudflare/invite.ts';
import { RequestLimiter } from '../../../src/cloudflare/limiter.ts';
import { isFailed, type Outcome, problemLine } from '../../../src/invites/outcome.ts';
import { type RespondOptions, respondToInvite } from '../../../src/invites/respond.ts';
import {
  CREDENTIALS,
  createVirtualWorld,
  hoursFromStart,
  invite,
  seededRandom,
  type VirtualWorld,
  type VirtualWorldOptions,
} from '../../run.ts';

const INVITE = invite(1);
const ID = INVITE.id;
const FOR_EVER = { times: Number.POSITIVE_INFINITY };
const onPatch = (fault: Fault): Fault => ({ ...fault, on: { method: 'PATCH' } });
const onRead = (fault: Fault): Fault => ({ ...fault, on: { method: 'GET' } });

interface Options {
  readonly faults?: readonly Fault[];
  readonly status?: string;
  readonly world?: VirtualWorldOptions | VirtualWorld;
  readonly wanted?: InviteResponse;
  readonly dryRun?: boolean;
  readonly retries?: number;
  readonly timeoutSeconds?: number;
  readonly guard?: RespondOptions['guard'];
  /** The invite as it was listed. */
  readonly listed?: Invite;
  /** Cancels the job so many milliseconds after the start; 0 is before it. */
  readonly cancelAt?: number;
}

/** Answers the one invite of a world and tells what was sent for it. */
async function answer(options: Options = {}) {
  const { faults = [], status = 'pending', wanted = 'accepted', dryRun = false, listed, guard } = options;
  const { world = { invites: [{ ...INVITE, status }] } } = options;
  const { sandbox, clock } = 'sandbox' in world ? world : createVirtualWorld(world);
  sandbox.addFault(...faults);
  const job = new AbortController();
  if (options.cancelAt === 0) job.abort();
  else if (options.cancelAt !== undefined)
    void clock
      .unrecorded()
      .sleep(options.cancelAt)
      .then(() => job.abort());
  const gate = new RequestLimiter({
    clock,
    timeoutSeconds: options.timeoutSeconds ?? 600,
    cancelled: job.signal,
    onPause: () => undefined,
  });
  const client = new InvitesClient({
    baseUrl: 'https://api.cloudflare.example/client/v4',
    credentials: { scheme: 'api-token', token: CREDENTIALS.token },
    retries: options.retries ?? 4,
    fetch: sandboxFetch(sandbox, clock.unrecorded()),
    clock,
    random: seededRandom(1),
    gate,
    onRetry: () => undefined,
    onDebug: () => undefined,
  });
  const startMs = clock.nowMs();
  const outcome = await clock.run(() =>
    respondToInvite(
      { id: ID, ...(listed && { invite: listed }) },
      { client, wanted, dryRun, scheme: 'api-token', ...(guard && { guard }) },
    ),
  );
  return {
    outcome,
    sent: sandbox.requests.map(({ method }) => method).join(' '),
    onServer: sandbox.invite(ID)?.status,
    text: isFailed(outcome) ? [outcome.problem.title, problemLine(outcome.problem)].join(': ') : '',
    elapsedMs: clock.nowMs() - startMs,
    sandbox,
  };
}

const kindOf = ({ kind, invite }: Outcome): string => `${kind} ${invite.status ?? 'unknown'}`;

describe('an invite that Cloudflare answers for at once', () => {
  test.each<InviteResponse>(['accepted', 'rejected'])('is %s with one PATCH and nothing else', async (wanted) => {
    const { outcome, sent, onServer, sandbox } = await answer({ wanted });
    expect(sent).toBe('PATCH');
    expect(sandbox.requests[0]?.body).toBe(`{"status":"${wanted}"}`);
    expect(onServer).toBe(wanted);
    expect(outcome).toMatchObject({ kind: 'changed', id: ID, invite: { ...INVITE, status: wanted } });
  });

  test('keeps what the list showed and the answer left out', async () => {
    const { organization_name: _, ...unnamed } = INVITE;
    const { outcome } = await answer({
      world: { invites: [unnamed] },
      listed: { id: ID, status: 'pending', organization_name: 'Acme, Inc.', invited_by: 'old@acme.example' },
    });
    expect(outcome.invite).toMatchObject({
      status: 'accepted',
      organization_name: 'Acme, Inc.',
      invited_by: 'it@acme.example',
    });
  });
});

describe('an invite that was answered before', () => {
  test('as wanted is unchanged', async () => {
    const { outcome, sent } = await answer({ status: 'accepted' });
    expect(sent).toBe('PATCH GET');
    expect(kindOf(outcome)).toBe('unchanged accepted');
  });

  test('as wanted is unchanged too where Cloudflare accepts the same answer twice', async () => {
    const world = { invites: [{ ...INVITE, status: 'rejected' }], answeredTwice: 'same' as const };
    const { outcome, sent, text } = await answer({ world });
    expect(kindOf(outcome)).toBe('failed rejected');
    expect(sent).toBe('PATCH GET');
    expect(text).toContain('already rejected');
  });

  test.each<[string, InviteResponse, string]>([
    ['accepted', 'rejected', 'is already accepted. An invite can be answered once.'],
    ['rejected', 'accepted', 'is already rejected. An invite can be answered once.'],
    ['expired', 'accepted', 'has expired.'],
    ['revoked', 'accepted', 'is already revoked.'],
  ])('with "%s" fails when it should be %s, and the error names it', async (status, wanted, message) => {
    const { outcome, sent, text, onServer } = await answer({ status, wanted });
    expect(sent).toBe('PATCH GET');
    expect(kindOf(outcome)).toBe(`failed ${status}`);
    expect(text).toContain(`Invite Acme, Inc. (${ID}) cannot be ${wanted}: Invite Acme, Inc. (${ID}) ${message}`);
    expect(text).toMatch(/PATCH \S+ HTTP 400\. Cloudflare: code 1001: .*cf-ray: /s);
    expect(onServer).toBe(status);
    expect(isFailed(outcome) && outcome.problem.hint).toMatch(
      status === 'expired' ? /Ask the inviter for a new one/ : /ask the inviter to remove the member/,
    );
    expect(outcome).toMatchObject({ causedByStop: false });
  });

  test('is not asked about when the list has shown it', async () => {
    const { outcome, sent } = await answer({ status: 'accepted', listed: { ...INVITE, status: 'accepted' } });
    expect(sent).toBe('');
    expect(kindOf(outcome)).toBe('unchanged accepted');
  });
});

describe('an attempt whose effect is unclear is followed by a read', () => {
  const applied = (fault: Fault): Fault => ({ ...fault, applied: true });

  test.each<[string, Fault, string]>([
    ['dropped after it was applied', dropAfterApply(), 'PATCH GET'],
    ['answered with 500 but applied', applied(error500()), 'PATCH GET'],
    ['answered with an HTML page but applied', applied(html502()), 'PATCH GET'],
    ['answered with text but applied', applied(text504()), 'PATCH GET'],
    ['answered with a problem but applied', applied(problem({ status: 520 })), 'PATCH GET'],
    ['answered with JSON that is cut off', cutJson(), 'PATCH GET'],
    ['answered with a body that breaks off', { drop: 'body' }, 'PATCH GET'],
    ['answered with success:false although applied', applied(successFalse()), 'PATCH GET'],
    ['answered as still pending although applied', stillPending(), 'PATCH GET'],
    ['answered with another invite', changedResult('other', { id: 'other' }), 'PATCH GET'],
    ['answered without a status', changedResult('bare', { status: undefined }), 'PATCH GET'],
    ['never answered but applied', { hang: true, applied: true }, 'PATCH GET'],
    ['answered with an empty body', applied({ reply: { status: 200 } }), 'PATCH GET'],
    ['answered with 408 but applied', applied(envelopeFailure(408, { code: 1, message: 'slow' })), 'PATCH GET'],
  ])('and the truth when it was %s: changed', async (_case, fault, sent) => {
    const result = await answer({ faults: [onPatch(fault)] });
    expect(result.sent).toBe(sent);
    expect(kindOf(result.outcome)).toBe('changed accepted');
  });

  test.each<[string, Fault, string]>([
    ['dropped before it was applied', dropBeforeApply(), 'PATCH GET PATCH'],
    ['answered with 500', error500(), 'PATCH GET PATCH'],
    ['answered with an HTML page', html502(), 'PATCH GET PATCH'],
    ['answered with text', text503(), 'PATCH GET PATCH'],
    ['answered with a problem', problem({ status: 520, retry_after: 3 }), 'PATCH GET PATCH'],
    ['answered with 409', envelopeFailure(409, { code: 1, message: 'conflict' }), 'PATCH GET PATCH'],
    ['answered as still pending', { ...stillPending(), applied: false }, 'PATCH GET PATCH'],
    ['never answered', { hang: true }, 'PATCH GET PATCH'],
    ['held back by the rate limit', tooManyRequests({ retryAfter: 7 }), 'PATCH PATCH'],
    ['never sent, for want of a connection', { refuseConnection: true }, 'PATCH PATCH'],
  ])('and then by another attempt when it was %s', async (_case, fault, sent) => {
    const result = await answer({ faults: [onPatch(fault)] });
    expect(result.sent).toBe(sent);
    expect(kindOf(result.outcome)).toBe('changed accepted');
  });

  test('and another attempt is made when that read fails', async () => {
    const { outcome, sent } = await answer({ faults: [onPatch(error500()), onRead(error500())] });
    expect(sent).toBe('PATCH GET PATCH');
    expect(kindOf(outcome)).toBe('changed accepted');
  });

  test('and by no second read where the next attempt can have had no effect', async () => {
    const faults = [onPatch(error500()), onPatch({ ...tooManyRequests({ retryAfter: 1 }), ...FOR_EVER })];
    const { outcome, sent } = await answer({ faults, retries: 1 });
    expect(sent).toBe('PATCH GET PATCH');
    expect(kindOf(outcome)).toBe('failed pending');
  });

  test('and the answer counts as this step’s when the read failed and the next attempt finds it given', async () => {
    const { outcome, sent } = await answer({ faults: [onPatch(dropAfterApply()), onRead(error500())] });
    expect(sent).toBe('PATCH GET PATCH GET');
    expect(kindOf(outcome)).toBe('changed accepted');
  });

  test('and the answer counts as somebody else’s when no attempt of this step can have given it', async () => {
    const world = createVirtualWorld({ invites: [INVITE] });
    world.sandbox.addFault(onPatch(tooManyRequests({ retryAfter: 7 })));
    void world.clock
      .unrecorded()
      .sleep(3_000)
      .then(() => world.sandbox.setStatus(ID, 'accepted'));
    const { outcome, sent } = await answer({ world });
    expect(sent).toBe('PATCH PATCH GET');
    expect(kindOf(outcome)).toBe('unchanged accepted');
  });

  test('and ends with what the read shows when somebody else answered meanwhile', async () => {
    const world = createVirtualWorld({ invites: [INVITE] });
    world.sandbox.addFault(onPatch(error500()));
    void world.clock
      .unrecorded()
      .sleep(100)
      .then(() => world.sandbox.setStatus(ID, 'rejected'));
    const { outcome, sent, text } = await answer({ world });
    expect(sent).toBe('PATCH GET');
    expect(kindOf(outcome)).toBe('failed rejected');
    expect(text).toContain('already rejected');
  });
});

describe('an invite that cannot be answered', () => {
  test('fails after the attempts that retries allows, still pending', async () => {
    const { outcome, sent, text } = await answer({ faults: [onPatch({ ...error500(), ...FOR_EVER })], retries: 2 });
    expect(sent).toBe('PATCH GET PATCH GET PATCH GET');
    expect(kindOf(outcome)).toBe('failed pending');
    expect(text).toContain(`Could not accept invite Acme, Inc. (${ID}): PATCH /user/invites/${ID} failed: HTTP 500`);
    expect(text).toContain('(3 attempts). The invite is still pending.');
    expect(text).toContain('Cloudflare: code 1002: Internal error.');
    expect(text).toMatch(/cf-ray: [0-9a-f]+-FRA\./);
  });

  test('is tried once without retries', async () => {
    const { sent } = await answer({ faults: [onPatch({ ...error500(), ...FOR_EVER })], retries: 0 });
    expect(sent).toBe('PATCH GET');
  });

  test('has an unknown state when the last attempt may have had an effect and the read fails', async () => {
    const faults = [onPatch({ ...error500(), ...FOR_EVER }), onRead({ ...error500(), ...FOR_EVER })];
    const { outcome, sent, text } = await answer({ faults, retries: 1, listed: INVITE });
    expect(sent).toBe('PATCH GET PATCH GET');
    expect(kindOf(outcome)).toBe('failed unknown');
    expect(text).toContain('State unknown');
    expect(outcome.invite).toMatchObject({ organization_name: 'Acme, Inc.' });
  });

  test('has an unknown state too when only an earlier attempt may have had an effect', async () => {
    const faults = [
      onPatch(dropAfterApply()),
      onPatch({ refuseConnection: true, ...FOR_EVER }),
      onRead({ refuseConnection: true, ...FOR_EVER }),
    ];
    const { outcome, text, onServer } = await answer({ faults, retries: 1 });
    expect(kindOf(outcome)).toBe('failed unknown');
    expect(text).toContain('State unknown');
    expect(onServer).toBe('accepted');
  });

  test('is found answered at last although the last attempt never left', async () => {
    const faults = [onPatch(dropAfterApply()), onPatch({ refuseConnection: true, ...FOR_EVER }), onRead(error500())];
    const { outcome, sent } = await answer({ faults, retries: 1 });
    expect(sent).toBe('PATCH GET PATCH GET');
    expect(kindOf(outcome)).toBe('changed accepted');
  });

  test('is still pending where a refusal concerns it alone, and the refusal is not repeated', async () => {
    const refusal = envelopeFailure(403, {
      code: 1010,
      message: 'Not for you',
      documentation_url: 'https://developers.cloudflare.com/x',
      source: { pointer: '/status' },
      error_chain: [{ code: 1011, message: 'Because' }],
    });
    const { outcome, sent, text } = await answer({ faults: [onPatch({ ...refusal, ...FOR_EVER })] });
    expect(sent).toBe('PATCH GET');
    expect(kindOf(outcome)).toBe('failed pending');
    expect(outcome).toMatchObject({ causedByStop: false });
    expect(text).toContain(
      'Cloudflare: code 1010: Not for you > code 1011: Because (at /status) (see https://developers.cloudflare.com/x).',
    );
  });

  test('that does not exist is missing, not of unknown state', async () => {
    const { outcome, sent, text } = await answer({ world: {} });
    expect(sent).toBe('PATCH GET');
    expect(outcome.kind).toBe('failed');
    expect(text).toContain('code 7003');
    expect(text).not.toContain('State unknown');
    expect(isFailed(outcome) && outcome.problem.hint).toContain('has no such invite');
  });

  test('that is refused has an unknown state when it cannot be read afterwards', async () => {
    const refusal = envelopeFailure(403, { code: 1010, message: 'Not for you' });
    const { outcome, sent, text } = await answer({ faults: [onPatch(refusal), onRead(error500())] });
    expect(sent).toBe('PATCH GET');
    expect(kindOf(outcome)).toBe('failed unknown');
    expect(text).toContain('State unknown: the invite has not been read.');
  });

  test('that is refused and then not there is missing, not of unknown state', async () => {
    const refusal = envelopeFailure(403, { code: 1010, message: 'Not for you' });
    const { sent, text } = await answer({ world: {}, faults: [onPatch(refusal)] });
    expect(sent).toBe('PATCH GET');
    expect(text).toContain('code 1010');
    expect(text).not.toContain('State unknown');
  });

  test('that is gone after an attempt which may have had an effect is of unknown state', async () => {
    const gone = envelopeFailure(404, { code: 1003, message: 'Invite not found' });
    const { outcome, sent, text } = await answer({ faults: [onPatch(error500()), { ...gone, ...FOR_EVER }] });
    expect(sent).toBe('PATCH GET PATCH GET');
    expect(kindOf(outcome)).toBe('failed unknown');
    expect(text).toContain('code 1003: Invite not found');
    expect(text).toContain('State unknown');
  });

  test('fails as a part of the step’s failure when the credentials are refused', async () => {
    const { outcome, sent } = await answer({ world: { invites: [INVITE], revokeAfter: 0 } });
    expect(sent).toBe('PATCH');
    expect(outcome).toMatchObject({ kind: 'failed', causedByStop: true });
  });

  test('has a state that is known when the credentials were refused after it was listed', async () => {
    const world = { invites: [INVITE], revokeAfter: 0 };
    const { outcome, text } = await answer({ world, listed: INVITE });
    expect(kindOf(outcome)).toBe('failed pending');
    expect(text).not.toContain('State unknown');
  });
});

describe('when the step is stopped', () => {
  test('an invite that was not begun is not attempted', async () => {
    const { outcome, sent, text } = await answer({ cancelAt: 0, listed: INVITE });
    expect(sent).toBe('');
    expect(kindOf(outcome)).toBe('not_attempted pending');
    expect(outcome).toMatchObject({ causedByStop: true });
    expect(text).toBe('The job was cancelled: The job was cancelled. The invite is still pending.');
  });

  test('between two attempts, the invite’s own error is told', async () => {
    const faults = [onPatch({ ...text503(), ...FOR_EVER }), onRead({ hang: true, ...FOR_EVER })];
    const { outcome, sent, text } = await answer({ faults, timeoutSeconds: 20 });
    expect(sent).toBe('PATCH GET');
    expect(outcome).toMatchObject({ kind: 'failed', causedByStop: false });
    expect(text).toContain('HTTP 503');
    expect(text).toContain('State unknown');
  });

  test('by a rate limit that leaves no time, the cause is the step’s', async () => {
    const faults = [onPatch(tooManyRequests({ retryAfter: 290 }))];
    const { outcome, sent, text, elapsedMs } = await answer({ faults, timeoutSeconds: 20, listed: INVITE });
    expect(sent).toBe('PATCH');
    expect(elapsedMs).toBe(0);
    expect(outcome).toMatchObject({ kind: 'failed', causedByStop: true, invite: { status: 'pending' } });
    expect(text).toContain('290 s');
    expect(text).not.toContain('State unknown');
  });

  test('by a cancellation during an attempt, the state is unknown', async () => {
    const { outcome, sent, text, elapsedMs, onServer } = await answer({
      faults: [onPatch({ hang: true, applied: true })],
      cancelAt: 2_000,
    });
    expect(sent).toBe('PATCH');
    expect(elapsedMs).toBe(3_000);
    expect(kindOf(outcome)).toBe('failed unknown');
    expect(outcome).toMatchObject({ causedByStop: true });
    expect(text).toContain('The job was cancelled');
    expect(text).toContain('State unknown');
    expect(onServer).toBe('accepted');
  });

  test('a wait that does not fit is not begun, and the delay that was asked for is named', async () => {
    const { sent, text, elapsedMs } = await answer({
      faults: [onPatch({ ...problem({ status: 522, retry_after: 120 }), ...FOR_EVER })],
      timeoutSeconds: 60,
    });
    expect(sent).toBe('PATCH GET');
    expect(elapsedMs).toBe(0);
    expect(text).toContain('asked to wait 120 s');
    expect(text).toContain('timeout-seconds leaves no time');
  });
});

describe('a dry run', () => {
  test('reads a pending invite once and plans', async () => {
    const { outcome, sent, onServer } = await answer({ dryRun: true });
    expect(sent).toBe('GET');
    expect(kindOf(outcome)).toBe('planned pending');
    expect(onServer).toBe('pending');
  });

  test('asks nothing about an invite that was listed', async () => {
    const { outcome, sent } = await answer({ dryRun: true, listed: INVITE });
    expect(sent).toBe('');
    expect(kindOf(outcome)).toBe('planned pending');
  });

  test.each([
    ['accepted', 'unchanged accepted'],
    ['rejected', 'failed rejected'],
    ['expired', 'failed expired'],
  ])('of an invite that is %s ends as %s', async (status, ended) => {
    const { outcome, sent } = await answer({ dryRun: true, status });
    expect(sent).toBe('GET');
    expect(kindOf(outcome)).toBe(ended);
  });

  test('notices that an invite has expired by now', async () => {
    const world = { invites: [invite(1, { expires_on: hoursFromStart(0) })] };
    expect(kindOf((await answer({ dryRun: true, world })).outcome)).toBe('failed expired');
  });

  test('reads patiently, and says what it could not do', async () => {
    const { outcome, sent, text } = await answer({
      dryRun: true,
      faults: [{ ...error500(), ...FOR_EVER }],
      retries: 2,
    });
    expect(sent).toBe('GET GET GET');
    expect(kindOf(outcome)).toBe('failed unknown');
    expect(text).toContain(`Could not read invite ${ID}`);
    expect((await answer({ dryRun: true, faults: [error500()] })).outcome.kind).toBe('planned');
  });
});

describe('a guard', () => {
  const seen: Invite[] = [];
  const allow = (invite: Invite): undefined => void seen.push(invite);

  test('sees the invite as Cloudflare has it before it is answered', async () => {
    seen.length = 0;
    const { outcome, sent } = await answer({ guard: allow });
    expect(sent).toBe('GET PATCH');
    expect(kindOf(outcome)).toBe('changed accepted');
    expect(seen).toMatchObject([INVITE]);
  });

  test('that objects leaves the invite untouched, whatever its status', async () => {
    for (const status of ['pending', 'accepted']) {
      const { outcome, sent, text, onServer } = await answer({ guard: () => 'roles excludes it ("DNS")', status });
      expect(sent).toBe('GET');
      expect(kindOf(outcome)).toBe(`failed ${status}`);
      expect(text).toContain(`Invite Acme, Inc. (${ID}) is outside the policy`);
      expect(text).toContain('was left untouched: roles excludes it ("DNS").');
      expect(isFailed(outcome) && outcome.problem.hint).toContain('the filters are a guard');
      expect(onServer).toBe(status);
    }
  });

  test('lets nothing happen to an invite that cannot be read', async () => {
    const { outcome, sent } = await answer({
      guard: allow,
      faults: [onRead({ ...error500(), ...FOR_EVER })],
      retries: 1,
    });
    expect(sent).toBe('GET GET');
    expect(outcome.kind).toBe('failed');
  });

  test('is asked in a dry run as well', async () => {
    expect(kindOf((await answer({ guard: () => 'no', dryRun: true })).outcome)).toBe('failed pending');
    expect(kindOf((await answer({ guard: allow, dryRun: true })).outcome)).toBe('planned pending');
  });
});

describe('a defect of this program', () => {
  const broken = (error: unknown): RespondOptions['client'] => {
    const fail = async (): Promise<never> => {
      throw error;
    };
    return { answer: fail, readBack: fail, readPatiently: fail, backOff: fail };
  };
  const task = { wanted: 'accepted', dryRun: false, scheme: 'api-token' } as const;

  test('is an outcome of unknown state that asks for a report', async () => {
    const outcome = await respondToInvite(
      { id: ID, invite: INVITE },
      { ...task, client: broken(new TypeError('x is undefined')) },
    );
    expect(outcome).toMatchObject({ kind: 'failed', causedByStop: false });
    expect(outcome.invite.status).toBeUndefined();
    const text = isFailed(outcome) ? problemLine(outcome.problem) : '';
    expect(text).toContain('State unknown: this action has a defect.');
    expect(text).toContain('TypeError: x is undefined');
    expect(isFailed(outcome) && outcome.problem.hint).toContain('report it');
  });

  test('is an outcome even if what was thrown is no error', async () => {
    const outcome = await respondToInvite({ id: ID }, { ...task, dryRun: true, client: broken('text') });
    expect(isFailed(outcome) && outcome.problem.message).toContain('text');
  });

  test('is told apart from the end of the step', async () => {
    const stop = new StopError('deadline', 'The time is up.');
    const outcome = await respondToInvite({ id: ID }, { ...task, client: broken(stop) });
    expect(outcome).toMatchObject({ kind: 'not_attempted', causedByStop: true });
  });
});
