import fc from 'fast-check';
import {
  changedResult,
  cutJson,
  dropAfterApply,
  dropBeforeApply,
  echoCredentials,
  envelopeFailure,
  error500,
  type Fault,
  html502,
  problem,
  redirectTo,
  type SecondActorMove,
  stillPending,
  successFalse,
  text503,
  text504,
  tooManyRequests,
} from '../../sandbox/cloudflare.ts';
import { inviteId, START_MS, type VirtualWorldOptions } from '../run.ts';

export const ORGANIZATIONS = [
  { organization_id: 'a'.repeat(32), organization_name: 'Acme, Inc.' },
  { organization_id: 'b'.repeat(32), organization_name: 'Beta' },
  // Called like the first one, and like the second one's id.
  { organization_id: 'c'.repeat(32), organization_name: 'Acme, Inc.' },
  { organization_id: 'd'.repeat(32), organization_name: 'b'.repeat(32) },
] as const;
export const INVITERS = ['it@acme.example', 'it@acme.example.evil.example', 'it@beta.example'] as const;
export const ROLES = ['DNS', 'Billing', 'Super Administrator'] as const;
/** Ids of the invites that can exist. They have letters, so that their case can differ. */
export const IDS = Array.from({ length: 10 }, (_, index) => inviteId(0xabc0 + index));

/** An arbitrary of `usual` values, and now and then of an unusual one. */
export function mostly<T>(usual: T, ...unusual: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { arbitrary: fc.constant(usual), weight: 3 },
    { arbitrary: fc.constantFrom(usual, ...unusual), weight: 2 },
  );
}

// Milliseconds: none, short, longer than most budgets below, forever.
const delay = fc.constantFrom(0, 20, 900, 7_000, 90_000, 1e12);

const anyFault: fc.Arbitrary<Fault> = fc.oneof(
  fc.constantFrom(error500(), html502(), text503(), text504(), cutJson(), successFalse(), echoCredentials()),
  fc.constantFrom(dropBeforeApply(), dropAfterApply(), redirectTo('https://evil.example/')),
  fc.constantFrom<Fault>(
    { hang: true },
    { hang: true, applied: true },
    { refuseConnection: true },
    { drop: 'body' },
    { cutBody: 0 },
    { cutBody: 20 },
    { slowBody: { msPerByte: 1_000 } },
    { reply: { status: 204, body: '' }, applied: true },
    { reply: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><title>hello</title></html>' } },
  ),
  fc.constantFrom(
    envelopeFailure(403, { code: 1234, message: 'not this one' }),
    envelopeFailure(409, { code: 1235, message: 'conflict' }),
    envelopeFailure(408, { code: 1236, message: 'too slow' }),
    envelopeFailure(401, { code: 1000, message: 'Invalid API Token' }),
    envelopeFailure(403, { code: 9109, message: 'Unauthorized to access requested resource' }),
    envelopeFailure(503, { code: 10502, message: 'Too many authentication failures' }),
  ),
  fc
    .record({
      status: fc.constantFrom(502, 520, 525),
      retryable: fc.boolean(),
      retry_after: fc.constantFrom(0, 1, 600),
    })
    .map((fields) => ({ ...problem(fields), applied: fields.retryable })),
  fc.oneof(
    delay.map((ms) => tooManyRequests({ retryAfterMs: ms })),
    delay.map((ms) => tooManyRequests({ retryAfter: Math.round(ms / 1_000) })),
    delay.map((ms) => tooManyRequests({ retryAfter: new Date(START_MS + Math.min(ms, 1e9)).toUTCString() })),
    fc.constantFrom(
      tooManyRequests({}),
      tooManyRequests({ retryAfter: 'soon' }),
      tooManyRequests({ retryAfter: '-5' }),
    ),
  ),
  delay.map((delayMs): Fault => ({ delayMs: Math.min(delayMs, 90_000) })),
  // Applied, but the response is an error: a proxy in between can do that.
  fc.constantFrom(error500(), text504(), html502(), successFalse()).map((fault) => ({ ...fault, applied: true })),
);

// Only the response to a PATCH may be wrong about the invite: the action has to trust a read.
const wrongFault: fc.Arbitrary<Fault> = fc
  .constantFrom(
    stillPending(),
    changedResult('other id', { id: inviteId(999) }),
    { ...changedResult('other id, not applied', { id: inviteId(999), status: 'accepted' }), applied: false },
    changedResult('no status', { status: undefined }),
  )
  .map((fault) => ({ ...fault, on: { method: 'PATCH' } }));

/** Milliseconds: during the step, in its retries, after its end. */
const laterMs = fc.oneof(
  fc.integer({ min: 1, max: 1_000 }),
  fc.integer({ min: 1_000, max: 30_000 }),
  fc.integer({ min: 30_000, max: 900_000 }),
);

const lateFault: fc.Arbitrary<Fault> = fc
  .record({
    fault: fc.constantFrom<Fault>(
      error500(),
      html502(),
      text504(),
      dropBeforeApply(),
      { hang: true },
      envelopeFailure(408, { code: 1236, message: 'too slow' }),
    ),
    appliedAfterMs: laterMs,
  })
  .map(({ fault, appliedAfterMs }) => ({ ...fault, applied: true, appliedAfterMs, on: { method: 'PATCH' } }));

const fault = fc
  .record({
    fault: fc.oneof(
      { arbitrary: anyFault, weight: 6 },
      { arbitrary: wrongFault, weight: 1 },
      { arbitrary: lateFault, weight: 4 },
    ),
    method: fc.constantFrom('PATCH', 'PATCH', 'PATCH', 'GET', undefined),
    skip: fc.nat(4),
    times: fc.oneof(
      { arbitrary: fc.integer({ min: 1, max: 3 }), weight: 6 },
      { arbitrary: fc.constant(50), weight: 2 },
    ),
  })
  .map(({ fault, method, skip, times }): Fault => {
    return { ...fault, skip, times, ...(fault.on === undefined && method !== undefined && { on: { method } }) };
  });

const optional = <T>(arbitrary: fc.Arbitrary<T>, weight: number): fc.Arbitrary<T | undefined> =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: 10 - weight }, { arbitrary, weight });

const momentMs = fc.oneof(
  { arbitrary: fc.integer({ min: 0, max: 400 }), weight: 2 },
  { arbitrary: fc.integer({ min: 0, max: 4_000 }), weight: 3 },
  { arbitrary: fc.integer({ min: 0, max: 40_000 }), weight: 2 },
);

const change: fc.Arbitrary<SecondActorMove['change']> = fc.oneof(
  fc.constantFrom('accepted', 'rejected', 'canceled').map((status) => ({ status })),
  fc.constant('removed' as const),
  { arbitrary: fc.constantFrom(...ORGANIZATIONS), weight: 2 },
  { arbitrary: fc.constantFrom(...INVITERS).map((invited_by) => ({ invited_by })), weight: 2 },
  { arbitrary: fc.subarray([...ROLES]).map((roles) => ({ roles })), weight: 2 },
);

const moves = fc.array(fc.record({ afterMs: momentMs, id: fc.constantFrom(...IDS), change }), {
  minLength: 1,
  maxLength: 8,
  size: 'max',
});

const rateLimit = fc.oneof(
  fc.record({
    requests: fc.integer({ min: 1, max: 8 }),
    windowMs: fc.constantFrom(1_000, 10_000),
    announce: fc.boolean(),
    retryAfter: fc.constantFrom('seconds' as const, 'date' as const, 'ms' as const, 'none' as const),
  }),
  // Cloudflare's own block, which names no delay and ends after five minutes.
  fc.constant({ requests: 4, windowMs: 10_000, blockMs: 300_000, retryAfter: 'none' as const }),
);

/** How the API responds, where Cloudflare does not document it or several ways have been seen. */
const api = fc.record({
  pageSize: fc.integer({ min: 1, max: 6 }),
  paging: mostly<'paged' | 'unpaged'>('paged', 'unpaged'),
  resultInfo: mostly<'right' | 'missing' | 'wrong'>('right', 'missing', 'wrong'),
  repeatedResponse: mostly<'error' | 'same'>('error', 'same'),
  handledInvites: mostly<'kept' | 'gone'>('kept', 'gone'),
  pastExpiry: mostly<'expired' | 'pending' | 'open'>('expired', 'pending', 'open'),
  idCase: mostly<'kept' | 'upper'>('kept', 'upper'),
  sendDate: mostly(true, false),
  unknownId: mostly<400 | 403 | 404>(400, 403, 404),
  pageParameters: mostly<'known' | 'refused'>('known', 'known', 'refused'),
  emptyList: mostly<'array' | 'null' | 'missing'>('array', 'null', 'missing'),
  refusalStatus: mostly<number | undefined>(undefined, 200, 400, 403),
  unknownToken: mostly<401 | 403>(401, 403),
  latencyMs: fc.constantFrom(0, 40, 300, 900),
});

/** Attempts of unknown effect, one after another, while a second actor changes invites: each read shows something new. */
const storm = fc.record({
  faults: fc.array(
    fc
      .record({ fault: lateFault, applied: fc.boolean() })
      .map(({ fault, applied }) => ({ ...fault, applied, times: 3 })),
    { minLength: 1, maxLength: 4, size: 'max' },
  ),
  secondActor: moves,
});

/** What goes wrong and what else happens; nothing in a quiet world, where every step must succeed. */
const events = fc.oneof(
  { arbitrary: fc.constant({}), weight: 2 },
  { arbitrary: storm, weight: 3 },
  {
    arbitrary: fc.record({
      faults: fc.oneof(
        { arbitrary: fc.constant([]), weight: 1 },
        { arbitrary: fc.array(fault, { maxLength: 5 }), weight: 5 },
      ),
      secondActor: fc.oneof({ arbitrary: fc.constant([]), weight: 2 }, { arbitrary: moves, weight: 3 }),
      // Both end many runs early, so they are rare.
      revokeAfter: optional(fc.nat(12), 1),
      rateLimit: optional(rateLimit, 2),
    }),
    weight: 12,
  },
);

/** Random worlds: an API with its peculiarities, faults, and a second actor. */
export const world: fc.Arbitrary<VirtualWorldOptions> = fc
  .tuple(api, events)
  .map(([options, happening]) => ({ ...options, ...happening }))
  .map((options) => Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)));
