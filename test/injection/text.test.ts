import { describe, expect, test } from 'vitest';
import { changedResult, type Fault, type ReplyTemplate, type SandboxInvite } from '../../sandbox/cloudflare.ts';
import { fetchFailed } from '../../sandbox/fetch.ts';
import type { RunResult } from '../../sandbox/runner.ts';
import type { Invite } from '../../src/cloudflare/invite.ts';
import { createSafeText } from '../../src/report/text.ts';
import { DistHarness } from '../dist/step.ts';
import { hoursFromStart, invite, inviteId, type Run, type RunOptions, run } from '../run.ts';
import {
  commandsOf,
  HARMLESS,
  HOSTILE_TEXTS,
  HUGE_TEXTS,
  LINE_ENDS,
  skeletonOf,
  UNSHOWABLE,
  withoutWeightless,
} from './corpus.ts';

/** Fewer than the runner shows annotations, so that each text comes into one; huge ones must fit into the outputs. */
const CHUNKS: readonly (readonly string[])[] = [
  ...chunksOf(
    HOSTILE_TEXTS.map(({ text }) => text),
    9,
  ),
  ...chunksOf(
    HUGE_TEXTS.map(({ text }) => text),
    1,
  ),
];

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** Lines of the log as the step wrote them, without the two commands for the group. */
function shownLines({ log, debug, annotations }: Run): string[] {
  return [
    ...log.filter((line) => line !== '::endgroup::').map((line) => line.replace(/^::group::/, '')),
    ...debug,
    ...annotations.flatMap(({ title, message }) => [title, ...message.split('\n')]),
  ];
}

function expectHarmlessLines(lines: readonly string[]): void {
  expect(lines.filter((line) => UNSHOWABLE.test(line) || !line.isWellFormed())).toEqual([]);
  expect(lines.filter((line) => commandsOf(line).length > 0)).toEqual([]);
}

/** What of a run does not depend on foreign text. */
function shapeOf({ exitCode, log, debug, annotations, masked, summary, outputs, sandbox }: Run): object {
  return {
    exitCode,
    lines: log.length,
    debugLines: debug.length,
    groups: log.filter((line) => line.startsWith('::')).length,
    annotations: annotations.map(({ level, message }) => `${level}: ${message.split('\n').length} lines`),
    masked,
    summary: skeletonOf(summary),
    outputs: Object.keys(outputs),
    requests: sandbox.requests.map(({ method, path }) => `${method} ${path}`),
  };
}

/** A run with the texts shows nothing but them in place of what a run with harmless texts shows. */
async function expectDeaf(options: (text: readonly string[]) => RunOptions, texts: readonly string[]): Promise<Run> {
  const hostile = await run(options(texts));
  const harmless = await run(options(texts.map(() => HARMLESS)));
  expectHarmlessLines(shownLines(hostile));
  expect(shapeOf(hostile)).toEqual(shapeOf(harmless));
  for (const { title, message } of hostile.annotations) {
    expect(title.length).toBeLessThanOrEqual(200);
    expect(message.length).toBeLessThanOrEqual(4_096);
  }
  return hostile;
}

const failing = (...errors: readonly object[]): object => ({ success: false, errors, messages: [], result: null });
const html = (text: string): ReplyTemplate => ({
  status: 403,
  body: `<html><head><title>${text}</title></head></html>`,
});

/** Where an answer that is no success can hold text. */
const REPLIES: Readonly<Record<string, (text: string) => ReplyTemplate>> = {
  'the message': (text) => ({ status: 400, body: failing({ code: 1001, message: text }) }),
  'the messages of several errors': (text) => ({
    status: 400,
    body: failing({ code: 1001, message: text }, { code: 1002, message: text }),
  }),
  documentation_url: (text) => ({
    status: 400,
    body: failing({ code: 1001, message: 'no', documentation_url: text }),
  }),
  'the pointer': (text) => ({ status: 400, body: failing({ code: 1001, message: 'no', source: { pointer: text } }) }),
  error_chain: (text) => ({
    status: 400,
    body: failing({ code: 1001, message: 'no', error_chain: [{ code: 1002, message: text }] }),
  }),
  'a code that is no number': (text) => ({ status: 400, body: failing({ code: text, message: 'no' }) }),
  'the message of a success that is none': (text) => ({ status: 409, body: failing({ code: 1001, message: text }) }),
  'the title of a problem': (text) => ({ status: 403, body: { cloudflare_error: true, title: text, status: 403 } }),
  'the detail of a problem': (text) => ({
    status: 403,
    body: { cloudflare_error: true, title: 'no', status: 403, detail: text, instance: text, type: text, ray_id: text },
  }),
  'the title of a page': html,
  'the attributes of a page': (text) => ({
    status: 403,
    body: `<html lang="${text}"><title a=${text.slice(0, 100).replaceAll('>', '')}>no</title>`,
  }),
  'a plain body': (text) => ({ status: 403, body: `no: ${text}` }),
  'a JSON text': (text) => ({ status: 403, body: JSON.stringify(text) }),
  'JSON that is no answer': (text) => ({ status: 403, body: { [text]: text } }),
  'the cf-ray': (text) => ({ status: 403, headers: { 'cf-ray': headerValue(text) }, body: failing() }),
  'the target of a redirect': (text) => ({
    status: 302,
    headers: { location: `https://evil.example/${headerValue(text)}` },
  }),
  'a delay': (text) => ({
    status: 403,
    headers: { 'retry-after': headerValue(text), ratelimit: headerValue(text) },
    body: failing(),
  }),
};

/** As much of a text as a header can hold: bytes, but no line end and no NUL. */
function headerValue(text: string): string {
  const bytes = [...text].filter((character) => character <= '\xff' && !'\0\r\n'.includes(character));
  return `x${bytes.join('').slice(0, 5_000)}x`;
}

function fieldsOf(text: string): Invite {
  return {
    organization_id: text,
    organization_name: text,
    invited_by: text,
    invited_on: text,
    expires_on: text,
    invited_member_id: text,
    invited_member_email: text,
    roles: text.length > 10_000 ? [text] : [text, text],
  };
}

const ids = (texts: readonly string[]): string => texts.map((_, index) => inviteId(index + 1)).join(' ');

describe('text of strangers in the answers of the API', () => {
  const fields = [...Object.keys(fieldsOf('')), 'all fields at once'];

  test.each(fields)('does nothing as %s of listed invites, and is an output as it is', async (field) => {
    for (const texts of CHUNKS) {
      const detailsOf = (text: string): Invite => {
        const all = fieldsOf(text);
        return field === 'all fields at once' ? all : { [field]: all[field as keyof Invite] };
      };
      const isHuge = (texts[0]?.length ?? 0) > 10_000;
      if (isHuge && field === 'all fields at once') continue;
      const invitesOf = (of: readonly string[]) => of.map((text, index) => invite(index + 1, detailsOf(text)));
      const { outputs, exitCode } = await expectDeaf(
        (of) => ({ inputs: { 'organization-name': '*' }, world: { invites: invitesOf(of) } }),
        texts,
      );
      expect(exitCode).toBe(0);
      expect(JSON.parse(outputs.invites ?? '')).toMatchObject(texts.map(detailsOf));
      if (texts.length === 1 && field === 'organization_name') expect(outputs[field]).toBe(texts[0]);
    }
  });

  test('does nothing as the name of a role that is an object, nor as one that is none', async () => {
    for (const texts of CHUNKS) {
      const roles = (text: string): Invite => ({ roles: [{ name: text }, { id: text }] as unknown as string[] });
      await expectDeaf(
        (of) => ({ world: { invites: of.map((text, index) => invite(index + 1, roles(text))) } }),
        texts,
      );
    }
  });

  test.each(['id', 'status', 'organization_name', 'organization_is_enforcing_twofactor'])(
    'does nothing as %s of an invite that was answered by its id',
    async (field) => {
      for (const texts of CHUNKS) {
        await expectDeaf(
          (of) => ({
            inputs: { 'invite-id': ids(of), retries: '0' },
            world: {
              invites: of.map((_, index) => invite(index + 1)),
              faults: of.map(
                (text, index): Fault => ({
                  ...changedResult('hostile', { [field]: text }),
                  on: { method: 'PATCH', id: inviteId(index + 1) },
                  applied: false,
                }),
              ),
            },
          }),
          texts,
        );
      }
    },
  );

  test('does nothing as the status that a read shows', async () => {
    for (const texts of CHUNKS) {
      const { annotations } = await expectDeaf(
        (of) => ({
          inputs: { 'invite-id': ids(of), 'dry-run': 'true' },
          world: { invites: of.map((status, index) => invite(index + 1, { status })) },
        }),
        texts,
      );
      expect(annotations).toHaveLength(texts.length);
    }
  });

  test.each(['organization-name', 'organization-id', 'invited-by', 'roles'])(
    'does nothing where %s stands guard and objects',
    async (filter) => {
      const field = filter.replace('-', '_') as keyof Invite;
      const guardedFields = (text: string): Invite =>
        text.length > 10_000 ? { [field]: fieldsOf(text)[field] } : fieldsOf(text);
      for (const texts of CHUNKS) {
        for (const pattern of ['Nobody', '*\n!*']) {
          const { annotations, sandbox } = await expectDeaf(
            (of) => ({
              inputs: {
                'invite-id': ids(of),
                [filter]: pattern.replaceAll('\n', filter === 'invited-by' ? ' ' : '\n'),
              },
              world: { invites: of.map((text, index) => invite(index + 1, guardedFields(text))) },
            }),
            texts,
          );
          expect(annotations).toHaveLength(texts.length);
          expect(sandbox.requests.filter(({ method }) => method === 'PATCH')).toEqual([]);
        }
      }
    },
  );

  test('does nothing in warnings about invites that expire soon', async () => {
    for (const texts of CHUNKS) {
      const { annotations } = await expectDeaf(
        (of) => ({
          inputs: { 'organization-name': 'Nobody' },
          world: {
            invites: of.map((text, index) => invite(index + 1, { ...fieldsOf(text), expires_on: hoursFromStart(5) })),
          },
        }),
        texts,
      );
      expect(annotations.filter(({ level }) => level === 'warning')).toHaveLength(texts.length);
    }
  });

  test('does nothing in a date, in which comments are allowed', async () => {
    const dates = HOSTILE_TEXTS.map(({ text }) => `Mon, 23 Nov 2026 14:00:00 GMT (${text.replace(/[()]/g, '')})`);
    const readable = dates.filter((date) => !Number.isNaN(Date.parse(date)));
    expect(readable.length).toBeGreaterThan(HOSTILE_TEXTS.length / 2);
    for (const texts of chunksOf(readable, 9)) {
      const options = (of: readonly string[]): RunOptions => ({
        inputs: { 'organization-name': 'Nobody' },
        world: { invites: of.map((expires_on, index) => invite(index + 1, { expires_on })) },
      });
      const { annotations, summary, log } = await run(options(texts));
      expect(annotations.filter(({ level }) => level === 'warning')).toHaveLength(texts.length);
      expectHarmlessLines([...annotations.flatMap(({ title, message }) => [title, ...message.split('\n')]), ...log]);
      expect(skeletonOf(summary)).toBe(skeletonOf((await run(options(texts.map(() => hoursFromStart(5))))).summary));
    }
  });

  test.each<[string, (text: string) => object]>([
    ['an unusable id', (text) => ({ id: `${text}:`, status: 'pending', organization_name: text })],
    ['no id', (text) => ({ status: 'pending', organization_name: text })],
    ['no status', (text) => ({ id: 'a1', organization_name: text })],
    ['an id that is an object', (text) => ({ id: { [text]: text }, organization_name: text })],
  ])('does nothing in entries of the list that have %s', async (_what, entryOf) => {
    for (const texts of CHUNKS) {
      const { annotations } = await expectDeaf(
        (of) => ({ world: { invites: [], extraListEntries: of.map(entryOf) } }),
        texts,
      );
      expect(annotations.map(({ level }) => level)).toEqual(['warning']);
    }
  });

  test.each(Object.entries(REPLIES))('does nothing as %s of a failed answer', async (_what, replyOf) => {
    for (const texts of CHUNKS) {
      const { annotations } = await expectDeaf(
        (of) => ({
          inputs: { 'invite-id': ids(of), retries: '0' },
          world: {
            invites: of.map((_, index) => invite(index + 1)),
            faults: of.map(
              (text, index): Fault => ({
                on: { id: inviteId(index + 1) },
                times: Number.POSITIVE_INFINITY,
                reply: replyOf(text),
              }),
            ),
          },
        }),
        texts,
      );
      expect(annotations.map(({ level }) => level)).toEqual(texts.map(() => 'error'));
    }
  });

  test.each(Object.entries(REPLIES))('does nothing as %s of a failed list', async (_what, replyOf) => {
    for (const text of CHUNKS.flat()) {
      const fault = (of: string): Fault => ({ times: Number.POSITIVE_INFINITY, reply: replyOf(of) });
      await expectDeaf(
        ([of = '']) => ({ inputs: { roles: '*', retries: '0' }, world: { faults: [fault(of)] } }),
        [text],
      );
    }
  });

  test.each([401, 429, 500, 503])(
    'does nothing in an error %i that is tried again or ends the step',
    async (status) => {
      for (const text of CHUNKS.flat()) {
        const reply = (of: string): ReplyTemplate => ({
          status,
          headers: { 'retry-after-ms': '5' },
          body: failing({ code: 1001, message: of }),
        });
        await expectDeaf(
          ([of = '']) => ({
            inputs: { 'invite-id': ids(['', '']), retries: '1' },
            world: {
              invites: [invite(1, { organization_name: of }), invite(2, { organization_name: of })],
              faults: [{ times: Number.POSITIVE_INFINITY, reply: reply(of) }],
            },
          }),
          [text],
        );
      }
    },
  );

  test('does nothing in the reason why a connection failed', async () => {
    for (const text of CHUNKS.flat()) {
      await expectDeaf(
        ([of = '']) => ({
          inputs: { 'invite-id': inviteId(1), retries: '1' },
          fetch: () => Promise.reject(fetchFailed(of, { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })),
        }),
        [text],
      );
    }
  });
});

describe('text of strangers in the inputs', () => {
  const inputs = ['status', 'invite-id', 'organization-name', 'invited-by', 'roles', 'if-no-match', 'api-base-url'];

  test.each([...inputs, 'api-email', 'retries', 'dry-run'])('does nothing in %s', async (name) => {
    for (const text of CHUNKS.flat()) {
      const email =
        name === 'api-email' ? { 'api-token': '$CLOUDFLARE_API_TOKEN', 'api-key': 'fake-key-of-a-test' } : {};
      const result = await run({ inputs: { 'organization-id': '*', ...email, [name]: text } });
      expectHarmlessLines(shownLines(result));
      expect(() => skeletonOf(result.summary)).not.toThrow();
    }
  });
});

describe('a line', () => {
  const { line, html: markup } = createSafeText([]);

  test.each([...HOSTILE_TEXTS, ...HUGE_TEXTS])('is harmless whatever it begins with: $name', ({ text }) => {
    for (const shown of [line(text), line(text, 40), line(`\u200f ${text}`), line(`Acme ${text}`)]) {
      expectHarmlessLines([shown]);
    }
    expect(() => skeletonOf(`<p>${markup(text)}</p>`)).not.toThrow();
  });

  test('starts no command by any character that weighs nothing in a comparison', () => {
    const found: string[] = [];
    for (let point = 0x80; point <= 0x10ffff; point += 1) {
      const character = String.fromCodePoint(point);
      if (point >= 0xd800 && point <= 0xdfff) continue;
      for (const text of [`:${character}:error::x`, `#${character}#[error]x`, `##${character}[error]x`]) {
        // Only what passes as it is can still weigh nothing.
        const shown = line(text);
        if (shown === text && commandsOf(shown).length > 0) found.push(`U+${point.toString(16)}`);
      }
    }
    expect(new Set(found)).toEqual(new Set());
  }, 30_000);
});

describe.concurrent('text of strangers in the published bundle', { timeout: 60_000 }, () => {
  /** Everything that the runner read, down to the commands that this action gives on purpose. */
  function shapeOfStep(result: RunResult): object {
    const { exitCode, commands, annotations, droppedAnnotations, log, debug, outputs, environmentFiles } = result;
    return {
      exitCode,
      commands: commands.map(({ command, properties, stream }) => [command, Object.keys(properties), stream]).sort(),
      annotations: annotations.map(({ level, message }) => `${level}: ${message.split('\n').length} lines`),
      droppedAnnotations,
      lines: log.length,
      marked: log.filter((line) => line.includes('##[')).length,
      debug: debug.length,
      outputs: Object.keys(outputs),
      environmentFiles,
      summary: skeletonOf(result.summary),
      masks: result.masks,
    };
  }

  function expectDeafStep(hostile: RunResult, harmless: RunResult): void {
    expect(shapeOfStep(hostile)).toEqual(shapeOfStep(harmless));
    expect(hostile.stderr).toBe('');
    expect(hostile.stdout.isWellFormed()).toBe(true);
    const lines = hostile.stdout.split('\n');
    expect(lines.filter((line) => UNSHOWABLE.test(line))).toEqual([]);
    // Every line is read the same way by both rules.
    for (const line of lines)
      expect(commandsOf(line)).toEqual(
        commandsOf(line)
          .slice(0, 1)
          .flatMap((name) => [name, name]),
      );
    expect(lines.filter((line) => withoutWeightless(line).includes('##['))).toEqual([]);
    for (const { title, message } of hostile.annotations) expectHarmlessLines([title, ...message.split('\n')]);
  }

  const withDebug = (chunks: readonly (readonly string[])[]) =>
    chunks.flatMap((texts, chunk) => [false, true].map((debug) => ({ texts, chunk, debug })));
  // A list needs no annotation for each text, so that more of them fit into one step.
  const isHuge = (texts: readonly string[]): boolean => texts.length === 1;
  const ordinary = HOSTILE_TEXTS.map(({ text }) => text);
  const lists = withDebug([...chunksOf(ordinary, 45), ...CHUNKS.filter(isHuge)]);
  const failures = withDebug(CHUNKS);
  const harmlessSteps = new Map<string, Promise<RunResult>>();
  /** The step with harmless texts, which is the same for all chunks of a size. */
  function harmlessStep(
    kind: string,
    { texts, debug }: { texts: readonly string[]; debug: boolean },
    step: (of: readonly string[]) => Promise<RunResult>,
  ): Promise<RunResult> {
    const key = `${kind} ${texts.length} ${debug}`;
    const known = harmlessSteps.get(key) ?? step(texts.map(() => HARMLESS));
    harmlessSteps.set(key, known);
    return known;
  }
  const ofIds = (texts: readonly string[]) => texts.map((_, index) => inviteId(index + 1));
  const pending = (id: string, details: Invite): SandboxInvite => ({ id, status: 'pending', ...details });

  test.for(lists)('does nothing in a list of invites, chunk $chunk, debug $debug', async ({ texts, debug }) => {
    const fields = (text: string): Invite => (!isHuge(texts) ? fieldsOf(text) : { organization_name: text });
    const step = async (of: readonly string[]): Promise<RunResult> => {
      const invites = ofIds(of).map((id, index) => pending(id, fields(of[index] ?? '')));
      await using world = await DistHarness.open({ invites, latencyMs: 0 });
      return await world.step({ with: { 'invite-id': undefined, 'organization-name': '*' }, debug });
    };
    const hostile = await step(texts);
    expect(hostile.exitCode).toBe(0);
    expectDeafStep(hostile, await harmlessStep('list', { texts, debug }, step));
    // As JSON even what is no text in UTF-8 comes through.
    expect(JSON.parse(hostile.outputs.invites ?? '')).toMatchObject(texts.map(fields));
    if (texts.length === 1) expect(hostile.outputs.organization_name).toBe(texts[0]?.toWellFormed());
  });

  test.for(failures)('does nothing in failures, chunk $chunk, debug $debug', async ({ texts, debug }) => {
    const step = async (of: readonly string[]): Promise<RunResult> => {
      const invites = ofIds(of).map((id, index) => pending(id, { organization_name: of[index] ?? '' }));
      const faults = ofIds(of).map((id, index): Fault => {
        const text = of[index] ?? '';
        const error = { code: 1001, message: text, documentation_url: text, source: { pointer: text } };
        const body = failing({ ...error, error_chain: [{ code: 1002, message: text }] });
        // Control characters are no part of HTTP, and Node's parser refuses them.
        const ray = headerValue(text).replace(/[^\x20-\x7e\x80-\xff]/g, '');
        const reply = { status: 400, headers: { 'content-type': 'application/json', 'cf-ray': ray }, body };
        return { on: { method: 'PATCH', id }, reply };
      });
      await using world = await DistHarness.open({ invites, faults });
      return await world.step({ with: { 'invite-id': ofIds(of).join(' '), retries: '0' }, debug });
    };
    const hostile = await step(texts);
    expect(hostile.annotations).toHaveLength(texts.length);
    expectDeafStep(hostile, await harmlessStep('failures', { texts, debug }, step));
  });

  const ends = Object.entries(LINE_ENDS).map(([name, end]) => ({ name, end }));
  test.for(ends)('an output of one invite holds $name as it is', async ({ end }) => {
    const text = `Acme${end}status=forged${end}::set-output name=status::forged${end}EOF${end}`;
    const invites = [pending(inviteId(1), { organization_name: text, roles: [text] })];
    await using world = await DistHarness.open({ invites });
    const { outputs, annotations, commands } = await world.step({ with: { 'invite-id': inviteId(1) } });
    expect(outputs).toMatchObject({ status: 'accepted', organization_name: text, roles: JSON.stringify([text]) });
    expect(annotations).toEqual([]);
    expect(commands.map(({ command }) => command)).not.toContain('set-output');
  });
});
