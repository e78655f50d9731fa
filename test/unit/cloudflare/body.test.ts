import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { BodyTooLargeError, readText } from '../../../src/cloudflare/body.ts';

const NEVER = new AbortController().signal;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A stream of these chunks that closes, breaks or stays open after them, and records why it was cancelled. */
function streamOf(chunks: readonly Uint8Array[], end: 'close' | 'stay' | Error = 'close') {
  const cancelled: unknown[] = [];
  const left = [...chunks];
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const chunk = left.shift();
        if (chunk !== undefined) controller.enqueue(chunk);
        else if (end === 'close') controller.close();
        else if (end !== 'stay') controller.error(end);
        return chunk === undefined && end === 'stay' ? new Promise(() => undefined) : undefined;
      },
      cancel: (reason) => {
        cancelled.push(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, cancelled, left };
}

test.each([null, undefined])('the body %s is an empty text', async (body) => {
  expect(await readText(body, 10, NEVER)).toBe('');
});

test('chunks of a body are joined in their order', async () => {
  expect(await readText(streamOf(['{"a"', ':', '1}'].map(encode)).stream, 100, NEVER)).toBe('{"a":1}');
});

test('characters that are split between chunks stay whole', async () => {
  const text = 'Müller & Söhne 🦉 – fin';
  const chunks = [...encode(text)].map((byte) => Uint8Array.of(byte));
  expect(await readText(streamOf(chunks).stream, 100, NEVER)).toBe(text);
});

test('a character that is cut off at the end of a body is replaced', async () => {
  expect(await readText(streamOf([encode('ü').subarray(0, 1)]).stream, 100, NEVER)).toBe('\u{fffd}');
});

test('a body whose stream breaks fails with the error of its stream', async () => {
  const broken = new TypeError('terminated');
  await expect(readText(streamOf([encode('{')], broken).stream, 100, NEVER)).rejects.toBe(broken);
});

test('a body may have as many bytes as the limit', async () => {
  expect(await readText(streamOf([encode('12345'), encode('67890')]).stream, 10, NEVER)).toBe('1234567890');
});

test('the limit of a body counts bytes, not characters', async () => {
  const error = await readText(streamOf([encode('üüü')]).stream, 5, NEVER).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BodyTooLargeError);
  expect(String(error)).toBe('BodyTooLargeError: the response is longer than 5 bytes');
});

test('a body beyond the limit is cancelled instead of read to its end', async () => {
  const { stream, cancelled, left } = streamOf(Array.from({ length: 10 }, () => encode('123')));
  await expect(readText(stream, 5, NEVER)).rejects.toBeInstanceOf(BodyTooLargeError);
  expect(cancelled).toHaveLength(1);
  expect(left).toHaveLength(8);
});

test('an abort cancels a body that ignores the signal', async () => {
  const { stream, cancelled } = streamOf([encode('{')], 'stay');
  const controller = new AbortController();
  const reading = readText(stream, 10, controller.signal);
  setImmediate(() => controller.abort());
  await reading;
  expect(cancelled).toHaveLength(1);
});

test('an abort ends the reading of a body that cannot be cancelled', async () => {
  const stream = new ReadableStream<Uint8Array>({
    pull: () => new Promise(() => undefined),
    cancel: () => Promise.reject(new Error('cannot be cancelled')),
  });
  const controller = new AbortController();
  const reading = readText(stream, 10, controller.signal);
  controller.abort();
  await expect(reading).resolves.toBe('');
});

test.each([
  ['ended', 'close' as const],
  ['broke', new Error('broken')],
])('a body that %s leaves no listener on the signal', async (_title, end) => {
  const { signal } = new AbortController();
  const reading = readText(streamOf([encode('{')], end).stream, 10, signal).catch(() => undefined);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  await reading;
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
