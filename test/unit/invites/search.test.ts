import { describe, expect, test } from 'vitest';
import {
  createVirtualWorld,
  hoursFromStart,
  invite,
  inviteId,
  type Run,
  run,
  START_MS,
  type VirtualWorld,
} from '../../run.ts';

const ACME = { 'organization-name': 'Acme*' };

/** Milliseconds from the start at which the list was read. */
const looksOf = ({ sandbox }: Run): number[] =>
  sandbox.requests.filter(({ method }) => method === 'GET').map(({ atMs }) => atMs - START_MS);

const patchesOf = ({ sandbox }: Run) => sandbox.requests.filter(({ method }) => method === 'PATCH');

/** Lets an invite come into the world this many milliseconds after the start. */
function addLater(
  world: VirtualWorld,
  afterMs: number,
  number: number,
  details: Parameters<typeof invite>[1] = {},
): void {
  const clock = world.clock.unrecorded();
  void clock.sleep(afterMs).then(() => world.sandbox.addInvite(invite(number, details)));
}

describe('waiting', () => {
  test('looks every 5 seconds and ends with the first match', async () => {
    const world = createVirtualWorld({ invites: [invite(1, { organization_name: 'Globex' })] });
    addLater(world, 12_000, 2);
    const step = await run({ world, inputs: { ...ACME, 'wait-seconds': '60' } });
    expect(step.exitCode).toBe(0);
    expect(looksOf(step)).toEqual([0, 5_000, 10_000, 15_000]);
    expect(step.outputs).toMatchObject({ id: inviteId(2), status: 'accepted', changed: 'true', matched_count: '1' });
    expect(world.sandbox.invite(inviteId(1))?.status).toBe('pending');
    expect(step.log.slice(0, 3)).toEqual([
      'No invite matches yet; looking for another 60 s.',
      'No invite matches yet; looking for another 55 s.',
      'No invite matches yet; looking for another 50 s.',
    ]);
  });

  test('does not happen when an invite matches at once, nor without wait-seconds', async () => {
    const matching = await run({ world: { invites: [invite(1)] }, inputs: { ...ACME, 'wait-seconds': '60' } });
    expect(looksOf(matching)).toEqual([0]);
    expect(matching.elapsedMs).toBe(0);

    const impatient = await run({ inputs: ACME });
    expect(looksOf(impatient)).toEqual([0]);
    expect(impatient.elapsedMs).toBe(0);
  });

  test('ends with a last look when the time is over', async () => {
    const step = await run({ inputs: { ...ACME, 'wait-seconds': '12' } });
    expect(looksOf(step)).toEqual([0, 5_000, 10_000, 12_000]);
    expect(step.elapsedMs).toBe(12_000);
    expect(step.exitCode).toBe(1);
    expect(step.annotations).toMatchObject([{ level: 'error', title: 'No pending invite matches' }]);
    expect(step.annotations[0]?.message).toContain('none came within 12 s');
  });

  test('finds an invite in the last look', async () => {
    const world = createVirtualWorld();
    addLater(world, 11_000, 1);
    const step = await run({ world, inputs: { ...ACME, 'wait-seconds': '12' } });
    expect(step.exitCode).toBe(0);
    expect(world.sandbox.invite(inviteId(1))?.status).toBe('accepted');
  });

  test('is not ended by an invite that matches no filter, has expired or was answered otherwise', async () => {
    const world = createVirtualWorld({
      invites: [
        invite(1, { organization_name: 'Globex', status: 'accepted' }),
        invite(2, { expires_on: hoursFromStart(-1) }),
        invite(3, { status: 'rejected' }),
      ],
    });
    addLater(world, 1_000, 4, { organization_name: 'Globex' });
    const step = await run({ world, inputs: { ...ACME, 'wait-seconds': '20' } });
    expect(step.elapsedMs).toBe(20_000);
    expect(step.exitCode).toBe(1);
    expect(patchesOf(step)).toEqual([]);
  });

  test('ends with a list that cannot be read, as an error', async () => {
    const world = { faults: [{ skip: 1, reply: { status: 400, body: { success: false, errors: [{ code: 7000 }] } } }] };
    const step = await run({ world, inputs: { ...ACME, 'wait-seconds': '60', 'if-no-match': 'ignore' } });
    expect(step.exitCode).toBe(1);
    expect(looksOf(step)).toEqual([0, 5_000]);
    expect(step.annotations).toMatchObject([{ level: 'error', title: 'The list of invites could not be read' }]);
  });

  test('ends within a moment when the job is cancelled', async () => {
    const step = await run({ inputs: { ...ACME, 'wait-seconds': '60' }, cancelAt: 7_000 });
    expect(step.exitCode).toBe(1);
    expect(step.elapsedMs).toBe(7_000);
    expect(looksOf(step)).toEqual([0, 5_000]);
    expect(step.annotations).toMatchObject([{ level: 'error', title: 'The job was cancelled' }]);
  });
});

describe('a rerun', () => {
  test('of a step that waited ends at once, unchanged, and sends no PATCH', async () => {
    const inputs = { ...ACME, 'wait-seconds': '60' };
    const first = await run({ world: { invites: [invite(1)] }, inputs });
    expect(first.outputs).toMatchObject({ id: inviteId(1), changed: 'true', status: 'accepted' });
    const second = await run({ world: first, inputs });
    expect(second.exitCode).toBe(0);
    expect(second.elapsedMs).toBe(0);
    expect(second.outputs).toMatchObject({ id: inviteId(1), changed: 'false', status: 'accepted', matched_count: '1' });
    expect(JSON.parse(second.outputs.invites ?? '')).toMatchObject([{ outcome: 'unchanged' }]);
    expect(patchesOf(second)).toHaveLength(1);
  });

  test('of a step that did not wait handles nothing', async () => {
    const first = await run({ world: { invites: [invite(1)] }, inputs: ACME });
    const second = await run({ world: first, inputs: ACME });
    expect(second.exitCode).toBe(0);
    expect(second.outputs).toMatchObject({ id: '', matched_count: '0', changed: 'false', invite_ids: '[]' });
    expect(patchesOf(second)).toHaveLength(1);
  });

  test('answers what is pending rather than stopping at what was answered before', async () => {
    const world = createVirtualWorld({ invites: [invite(1, { status: 'accepted' }), invite(2)] });
    const step = await run({ world, inputs: { ...ACME, 'wait-seconds': '60' } });
    expect(JSON.parse(step.outputs.invite_ids ?? '')).toEqual([inviteId(2)]);
    expect(step.outputs.changed).toBe('true');
  });

  test('takes the other answer for none', async () => {
    const world = createVirtualWorld({ invites: [invite(1, { status: 'accepted' })] });
    const step = await run({ world, inputs: { status: 'rejected', ...ACME, 'wait-seconds': '6' } });
    expect(step.exitCode).toBe(1);
    expect(step.elapsedMs).toBe(6_000);
  });
});

describe('when nothing matches', () => {
  const world = { invites: [invite(1, { organization_name: 'Globex' })] };
  const remark = { title: 'No pending invite matches' };

  test.each<[string, Record<string, string>, 0 | 1, object[]]>([
    ['is ignored by default', {}, 0, []],
    ['is ignored on demand', { 'if-no-match': 'ignore' }, 0, []],
    ['is a warning on demand', { 'if-no-match': 'warn' }, 0, [{ level: 'warning', ...remark }]],
    ['is an error on demand', { 'if-no-match': 'error' }, 1, [{ level: 'error', ...remark }]],
    ['is an error by default after a wait', { 'wait-seconds': '5' }, 1, [{ level: 'error', ...remark }]],
    ['is ignored after a wait on demand', { 'wait-seconds': '5', 'if-no-match': 'ignore' }, 0, []],
    [
      'is a warning after a wait on demand',
      { 'wait-seconds': '5', 'if-no-match': 'warn' },
      0,
      [{ level: 'warning', ...remark }],
    ],
  ])('it %s', async (_case, inputs, exitCode, annotations) => {
    const step = await run({ world, inputs: { ...ACME, ...inputs } });
    expect(step.exitCode).toBe(exitCode);
    expect(step.annotations.filter(({ level }) => level !== 'notice')).toMatchObject(annotations);
    expect(step.annotations.filter(({ level }) => level !== 'notice')).toHaveLength(annotations.length);
    expect(step.outputs).toMatchObject({ matched_count: '0', changed: 'false', invites: '[]' });
    expect(patchesOf(step)).toEqual([]);
    expect(step.summary).toContain('Cloudflare invites: none');
  });

  test('the list says how much there was', async () => {
    const step = await run({ world, inputs: ACME });
    expect(step.log).toEqual(['1 pending invite: 0 to answer, 1 left alone. 0 matching invites answered before.']);
  });
});
