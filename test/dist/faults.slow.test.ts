import { describe, expect, test } from 'vitest';
import {
  cutJson,
  dropAfterApply,
  dropBeforeApply,
  error500,
  type Fault,
  html502,
  problem,
  stillPending,
  successFalse,
  text503,
  text504,
  tooManyRequests,
} from '../../sandbox/cloudflare.ts';
import { DistHarness, ID, invitesOf, onlyError, soon } from './step.ts';

interface Case {
  readonly name: string;
  readonly fault: Fault;
  /** What the annotation has to say about it. */
  readonly says: readonly string[];
}

/** Faults of one request after which the invite has to be read. */
const unclear: readonly Case[] = [
  { name: 'HTTP 500 with an envelope', fault: error500(), says: ['HTTP 500', 'code 1002: Internal error'] },
  { name: 'HTTP 502 with HTML', fault: html502(), says: ['HTTP 502', '"502 Bad Gateway"'] },
  { name: 'HTTP 503 with text', fault: text503(), says: ['HTTP 503', 'upstream connect error or disconnect/reset'] },
  { name: 'HTTP 504 with text', fault: text504(), says: ['HTTP 504', 'upstream request timeout'] },
  {
    name: 'HTTP 520 with problem JSON',
    fault: problem({ status: 520 }),
    says: ['HTTP 520', 'code 520: Error 520: Web server is returning an unknown error'],
  },
  { name: 'JSON that is cut off', fault: cutJson(), says: ['HTTP 200', 'broken or cut off'] },
];
const pending: Case = { name: '200 with the invite pending', fault: stillPending(), says: ['HTTP 200', '"pending"'] };
const unsuccessful: Case = {
  name: '200 with success: false',
  fault: successFalse(),
  says: ['HTTP 200', 'without success', 'code 1002: Internal error'],
};
const limited: Case = {
  name: 'HTTP 429 with Retry-After',
  fault: tooManyRequests({ retryAfter: 0 }),
  says: ['HTTP 429', 'code 971: Please wait and consider throttling', 'asked to wait 0 s'],
};
const dropped: Case = { name: 'a dropped connection', fault: dropBeforeApply(), says: ['ECONNRESET'] };

const isPatch = ({ method }: { method: string }): boolean => method === 'PATCH';
const success = { exitCode: 0, annotations: [], outputs: { status: 'accepted', changed: 'true', failed_count: '0' } };
const failure = { exitCode: 1, outputs: { changed: 'false', failed_count: '1', matched_count: '1' } };

describe.concurrent('once', { timeout: 30_000 }, () => {
  test.for([...unclear, pending, dropped])(
    '$name without effect ends in success after a read and a second PATCH',
    async ({ fault }) => {
      await using world = await DistHarness.open({ faults: [{ ...soon(fault), applied: false }] });
      expect(await world.step()).toMatchObject(success);
      expect(world.sent).toEqual([`PATCH ${ID}`, `GET ${ID}`, `PATCH ${ID}`]);
      expect(world.statusOf(ID)).toBe('accepted');
    },
  );

  test.for([...unclear, pending, unsuccessful, { ...dropped, fault: dropAfterApply() }])(
    '$name that took effect ends in success without a second PATCH',
    async ({ fault }) => {
      await using world = await DistHarness.open({ faults: [{ ...soon(fault), applied: true }] });
      const result = await world.step();
      expect(result).toMatchObject(success);
      expect(invitesOf(result)).toMatchObject([{ outcome: 'changed' }]);
      expect(world.sent).toEqual([`PATCH ${ID}`, `GET ${ID}`]);
    },
  );

  test('a connection that drops within the answer ends in success without a second PATCH', async () => {
    await using world = await DistHarness.open({ faults: [{ drop: 'body' }] });
    expect(await world.step()).toMatchObject(success);
    expect(world.sent).toEqual([`PATCH ${ID}`, `GET ${ID}`]);
  });

  test('200 with success: false and no effect never ends in success with the invite pending', async () => {
    await using world = await DistHarness.open({ faults: [soon(unsuccessful.fault)] });
    const result = await world.step();
    expect(result.exitCode).toBe(world.statusOf(ID) === 'accepted' ? 0 : 1);
    expect(result.outputs.status).toBe(world.statusOf(ID));
    expect(result.annotations).toHaveLength(result.exitCode ?? 0);
    expect(world.sent.slice(0, 2)).toEqual([`PATCH ${ID}`, `GET ${ID}`]);
  });

  test('HTTP 429 is tried again without a read', async () => {
    await using world = await DistHarness.open({ faults: [limited.fault] });
    const result = await world.step();
    expect(result).toMatchObject(success);
    expect(world.sent).toEqual([`PATCH ${ID}`, `PATCH ${ID}`]);
    expect(result.log.join('\n')).toContain('HTTP 429');
  });

  test('a fault of the last attempt that took effect is found out before the step gives up', async () => {
    await using world = await DistHarness.open({ faults: [{ ...soon(text504()), applied: true }] });
    expect(await world.step({ with: { retries: '0' } })).toMatchObject(success);
    expect(world.sent).toEqual([`PATCH ${ID}`, `GET ${ID}`]);
  });

  test('a fault during which somebody else rejected the invite ends with "already rejected"', async () => {
    await using world = await DistHarness.open();
    const reply = () => {
      world.sandbox.setStatus(ID, 'rejected');
      return { status: 502, body: 'bad gateway', headers: { 'retry-after-ms': '1' } };
    };
    world.sandbox.addFault({ reply });
    const result = await world.step();
    expect(onlyError(result).message).toContain('already rejected');
    expect(result).toMatchObject({ ...failure, outputs: { ...failure.outputs, status: 'rejected' } });
    expect(world.sent).toEqual([`PATCH ${ID}`, `GET ${ID}`]);
  });

  test('a fault of a read in a dry run is retried', async () => {
    await using world = await DistHarness.open({ faults: [soon(html502())] });
    const result = await world.step({ with: { 'dry-run': 'true' } });
    expect(result).toMatchObject({ exitCode: 0, annotations: [] });
    expect(invitesOf(result)).toMatchObject([{ outcome: 'planned' }]);
    expect(world.sent).toEqual([`GET ${ID}`, `GET ${ID}`]);
  });
});

describe.concurrent('for ever', { timeout: 30_000 }, () => {
  /** What every annotation of a request that failed has to hold. */
  function expectComplete(message: string, { says }: Case, world: DistHarness, attempts: number): void {
    for (const text of says) expect(message).toContain(text);
    expect(message).toContain(`PATCH /user/invites/${ID}`);
    if (attempts > 1) expect(message).toContain(`(${attempts} attempts)`);
    expect(message).toMatch(/^What to do: \S/m);
    expect(world.sandbox.requests.filter(isPatch)).toHaveLength(attempts);
    expect(world.statusOf(ID)).toBe('pending');
  }

  const patchAlone = [
    ...[...unclear, pending].map((entry) => ({ ...entry, attempts: 2 })),
    { ...unsuccessful, attempts: 1 },
  ];
  test.for(patchAlone)(
    '$name of every PATCH fails with one annotation that knows the invite is pending',
    async ({ attempts, ...entry }) => {
      const fault = { ...soon(entry.fault), on: { method: 'PATCH' }, times: Number.POSITIVE_INFINITY, applied: false };
      await using world = await DistHarness.open({ faults: [fault] });
      const result = await world.step({ with: { retries: '1' } });
      const { title, message } = onlyError(result);
      expectComplete(message, entry, world, attempts);
      expect(title).toContain('Acme, Inc.');
      expect(message).toContain(`cf-ray: ${world.lastRay(isPatch)}`);
      expect(message).toContain('still pending');
      expect(message).not.toContain('State unknown');
      expect(result).toMatchObject({ ...failure, outputs: { ...failure.outputs, status: 'pending' } });
    },
  );

  const everything = [
    ...[...unclear, limited].map((entry) => ({ ...entry, attempts: 2 })),
    { ...unsuccessful, attempts: 1 },
  ];
  test.for(everything)(
    '$name of every request fails with one annotation that says the state is unknown',
    async ({ attempts, ...entry }) => {
      const fault = { ...soon(entry.fault), times: Number.POSITIVE_INFINITY, applied: false };
      await using world = await DistHarness.open({ faults: [fault] });
      const result = await world.step({ with: { retries: '1' } });
      const { message } = onlyError(result);
      expectComplete(message, entry, world, attempts);
      expect(message).toContain(`cf-ray: ${world.lastRay(isPatch)}`);
      expect(message).toContain('State unknown');
      expect(result).toMatchObject({ ...failure, outputs: { ...failure.outputs, id: ID, status: '' } });
      expect(result.summary).toContain('state unknown');
    },
  );

  test('dropped connections of every PATCH fail with one annotation that knows the invite is pending', async () => {
    const fault = { ...dropped.fault, on: { method: 'PATCH' }, times: Number.POSITIVE_INFINITY };
    await using world = await DistHarness.open({ faults: [fault] });
    const result = await world.step({ with: { retries: '1' } });
    const { message } = onlyError(result);
    expect(message).not.toContain('State unknown');
    expect(message).toContain('still pending');
    expectComplete(message, dropped, world, 2);
  });

  test('dropped connections of every request fail with one annotation that says the state is unknown', async () => {
    await using world = await DistHarness.open({ faults: [{ ...dropped.fault, times: Number.POSITIVE_INFINITY }] });
    const { message } = onlyError(await world.step({ with: { retries: '0' } }));
    expect(message).toContain('State unknown');
    expectComplete(message, dropped, world, 1);
  });

  test('reads that fail after an answer that was dropped leave the state unknown', async () => {
    const faults = [dropAfterApply(), { ...soon(html502()), times: Number.POSITIVE_INFINITY }];
    await using world = await DistHarness.open({ faults });
    const result = await world.step({ with: { retries: '1' } });
    expect(onlyError(result).message).toContain('State unknown');
    expect(result.outputs.status).toBe('');
    expect(world.statusOf(ID)).toBe('accepted');
  });

  test('nobody listening fails with the reason and the hint', async () => {
    const world = await DistHarness.open();
    const { url } = world;
    await world[Symbol.asyncDispose]();
    const { message } = onlyError(await world.step({ with: { 'api-base-url': url, retries: '0' } }));
    expect(message).toContain('ECONNREFUSED');
    expect(message).toMatch(/^What to do: .*could not reach/m);
    expect(message).toContain('State unknown');
  });
});

describe.concurrent('time', { timeout: 30_000 }, () => {
  test.for([
    { name: 'a 429', fault: tooManyRequests({ retryAfter: 290 }), sent: ['PATCH'] },
    { name: 'a 429 in milliseconds', fault: tooManyRequests({ retryAfterMs: 290_000 }), sent: ['PATCH'] },
    { name: 'a problem body', fault: problem({ status: 520, retry_after: 290 }), sent: ['PATCH', 'GET'] },
  ])('$name that asks for 290 seconds fails at once with a budget of 20 and names them', async ({ fault, sent }) => {
    await using world = await DistHarness.open({ faults: [{ ...fault, on: { method: 'PATCH' }, times: 9 }] });
    const result = await world.step({ with: { 'timeout-seconds': '20' } });
    const { message } = onlyError(result);
    expect(message).toContain('290 s');
    expect(message).toMatch(/^What to do: \S/m);
    expect(world.sandbox.requests.map(({ method }) => method)).toEqual(sent);
    expect(result.durationMs).toBeLessThan(5_000);
  });

  test('a rate limit that leaves no time stops all invites with one annotation', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `invite-${index}`);
    await using world = await DistHarness.open({
      faults: [{ ...tooManyRequests({ retryAfter: 290 }), times: Number.POSITIVE_INFINITY }],
    });
    const result = await world.step({ with: { 'invite-id': ids.join(' '), 'timeout-seconds': '20' } });
    expect(onlyError(result).message).toContain('290 s');
    expect(result.outputs).toMatchObject({ matched_count: '12', failed_count: '12' });
    expect(world.sent.length).toBeLessThanOrEqual(4);
  });

  test('a server that never answers is given up when the budget is used up', async () => {
    await using world = await DistHarness.open({ faults: [{ hang: true, times: Number.POSITIVE_INFINITY }] });
    const result = await world.step({ with: { 'timeout-seconds': '1' } });
    const { message } = onlyError(result);
    expect(message).toContain('State unknown');
    expect(message).toMatch(/^What to do: \S/m);
    expect(result.durationMs).toBeLessThan(8_000);
  });

  test('a failure that the server calls final is not tried again', async () => {
    const faults = [{ ...problem({ status: 525 }), on: { method: 'PATCH' }, times: 9 }];
    await using world = await DistHarness.open({ faults });
    const { message } = onlyError(await world.step());
    expect(message).toContain('HTTP 525');
    expect(message).toMatch(/^What to do: \S/m);
    expect(world.sent).toEqual([`PATCH ${ID}`, `GET ${ID}`]);
  });
});
