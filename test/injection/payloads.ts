import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { ReplyTemplate } from '../../sandbox/cloudflare.ts';
import type { Invite } from '../../src/cloudflare/invite.ts';
import { inviteId, type Run, type RunOptions, run } from '../run.ts';
import { commandsOf, HARMLESS, HOSTILE_TEXTS, HUGE_TEXTS, skeletonOf, UNSHOWABLE } from './corpus.ts';

/** At most nine texts a step: the runner shows ten annotations. One huge text a step, to fit into the outputs. */
export const CHUNKS: readonly (readonly string[])[] = [
  ...chunksOf(
    HOSTILE_TEXTS.map(({ text }) => text),
    9,
  ),
  ...chunksOf(
    HUGE_TEXTS.map(({ text }) => text),
    1,
  ),
];

export function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** The body of a response with errors. */
export function failing(...errors: readonly object[]): object {
  return { success: false, errors, messages: [], result: null };
}

/** The part of a text that a header can hold: bytes without line ends and NUL. */
export function headerValue(text: string): string {
  const bytes = [...text].filter((character) => character <= '\xff' && !'\0\r\n'.includes(character));
  return `x${bytes.join('').slice(0, 5_000)}x`;
}

/** An invite with the text in every field that the organization or the inviter fills. */
export function fieldsOf(text: string): Invite {
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

/** Fails for a line that the runner takes for a command, and for a line with control characters. */
export function expectHarmlessLines(lines: readonly string[]): void {
  expect(lines.filter((line) => UNSHOWABLE.test(line) || !line.isWellFormed())).toEqual([]);
  expect(lines.filter((line) => commandsOf(line).length > 0)).toEqual([]);
}

/** The input invite-id for an invite per text. */
export function idsFor(texts: readonly string[]): string {
  return texts.map((_, index) => inviteId(index + 1)).join(' ');
}

/** Lines of the log as the step wrote them, without the two commands for the group. */
export function shownLines({ log, debug, annotations }: Run): string[] {
  return [
    ...log.filter((line) => line !== '::endgroup::').map((line) => line.replace(/^::group::/, '')),
    ...debug,
    ...annotations.flatMap(({ title, message }) => [title, ...message.split('\n')]),
  ];
}

/** The parts of a run that do not depend on the texts. */
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

/** A harmless text, as long as an output of the huge text in whose place it stands. */
export function harmlessFor(text: string): string {
  return text.length < 10_000 ? HARMLESS : HARMLESS.repeat(JSON.stringify(text).length / HARMLESS.length);
}

/** Shapes of steps with harmless text, by their options as JSON: many tests compare with the same step. */
const harmlessShapes = new Map<string, Promise<object>>();

function harmlessShape(options: RunOptions): Promise<object> {
  // Functions look the same in JSON: a step that has one is compared with a step of its own.
  const key = JSON.stringify(options, (_, value) => (typeof value === 'function' ? randomUUID() : value));
  const shape = harmlessShapes.get(key) ?? run(options).then(shapeOf);
  harmlessShapes.set(key, shape);
  return shape;
}

/** Runs a step with the texts and one with harmless texts: both must show the same, but for the texts. */
export async function expectNoEffect(
  options: (text: readonly string[]) => RunOptions,
  texts: readonly string[],
): Promise<Run> {
  const hostile = await run(options(texts));
  const expected = await harmlessShape(options(texts.map(harmlessFor)));
  expectHarmlessLines(shownLines(hostile));
  expect(shapeOf(hostile)).toEqual(expected);
  for (const { title, message } of hostile.annotations) {
    expect(title.length).toBeLessThanOrEqual(200);
    expect(message.length).toBeLessThanOrEqual(4_096);
  }
  return hostile;
}

// Not 4xx: such a page would stop the step.
const html = (text: string): ReplyTemplate => ({
  status: 502,
  body: `<html><head><title>${text}</title></head></html>`,
});

/** Places for text in a response that is not a success. */
export const REPLIES: Readonly<Record<string, (text: string) => ReplyTemplate>> = {
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
  'the message of HTTP 409': (text) => ({ status: 409, body: failing({ code: 1001, message: text }) }),
  'the title of a problem': (text) => ({ status: 403, body: { cloudflare_error: true, title: text, status: 403 } }),
  'the detail of a problem': (text) => ({
    status: 403,
    body: { cloudflare_error: true, title: 'no', status: 403, detail: text, instance: text, type: text, ray_id: text },
  }),
  'the title of a page': html,
  'the attributes of a page': (text) => ({
    status: 502,
    body: `<html lang="${text}"><title a=${text.slice(0, 100).replaceAll('>', '')}>no</title>`,
  }),
  'a plain body': (text) => ({ status: 403, body: `no: ${text}` }),
  'a JSON text': (text) => ({ status: 403, body: JSON.stringify(text) }),
  'JSON that is no response': (text) => ({ status: 403, body: { [text]: text } }),
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
