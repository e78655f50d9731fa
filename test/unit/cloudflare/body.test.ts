import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { BodyTooLargeError, readText } from '../../../src/cloudflare/body.ts';

const NEVER = new AbortController().signal;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A stream of these chunks that ends, breaks or stays open after them, and says why it was cancelled. */
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

describe('reading', () => {
  test.each([null, undefined])('no body (%s) is an empty text', async (body) => {
    expect(await readText(body, 10, NEVER)).toBe('');
  });

  test('joins the chunks in their order', async () => {
    expect(await readText(streamOf(['{"a"', ':', '1}'].map(encode)).stream, 100, NEVER)).toBe('{"a":1}');
  });

  test('keeps characters whole that are split between chunks', async () => {
    const text = 'Müller & Söhne 🦉 – fin';
    const chunks = [...encode(text)].map((byte) => Uint8Array.of(byte));
    expect(await readText(streamOf(chunks).stream, 100, NEVER)).toBe(text);
  });

  test('replaces a character that is cut off at the end', async () => {
    expect(await readText(streamOf([encode('ü').subarray(0, 1)]).stream, 100, NEVER)).toBe('\u{fffd}');
  });

  test('fails as the stream fails', async () => {
    const broken = new TypeError('terminated');
    await expect(readText(streamOf([encode('{')], broken).stream, 100, NEVER)).rejects.toBe(broken);
  });
});

describe('the size limit', () => {
  test('lets exactly so many bytes through', async () => {
    expect(await readText(streamOf([encode('12345'), encode('67890')]).stream, 10, NEVER)).toBe('1234567890');
  });

  test('counts bytes, not characters, and names the limit', async () => {
    const reading = readText(streamOf([encode('üüü')]).stream, 5, NEVER);
    await expect(reading).rejects.toBeInstanceOf(BodyTooLargeError);
    await expect(reading).rejects.toMatchObject({
      name: 'BodyTooLargeError',
      message: 'the answer is longer than 5 bytes',
    });
  });

  test('ends the transfer instead of reading on', async () => {
    const { stream, cancelled, left } = streamOf(Array.from({ length: 10 }, () => encode('123')));
    await expect(readText(stream, 5, NEVER)).rejects.toBeInstanceOf(BodyTooLargeError);
    expect(cancelled).toHaveLength(1);
    expect(left).toHaveLength(8);
  });
});

describe('aborting', () => {
  test('ends a read at once with the signal’s reason, though the stream does not heed the signal', async () => {
    const { stream, cancelled } = streamOf([encode('{')], 'stay');
    const controller = new AbortController();
    const reading = readText(stream, 10, controller.signal);
    setImmediate(() => controller.abort('too slow'));
    await expect(reading).rejects.toBe('too slow');
    expect(cancelled).toHaveLength(1);
  });

  test('beforehand lets nothing be read', async () => {
    const { stream } = streamOf([], 'stay');
    await expect(readText(stream, 10, AbortSignal.abort('early'))).rejects.toBe('early');
  });

  test('keeps its reason when the stream refuses to be cancelled', async () => {
    const stream = new ReadableStream<Uint8Array>({
      pull: () => new Promise(() => undefined),
      cancel: () => Promise.reject(new Error('cannot be cancelled')),
    });
    await expect(readText(stream, 10, AbortSignal.abort('early'))).rejects.toBe('early');
  });

  test.each<[string, () => Promise<unknown>, AbortController]>(
    (['close', new Error('broken')] as const).map((end) => {
      const controller = new AbortController();
      const read = (): Promise<unknown> =>
        readText(streamOf([encode('{')], end).stream, 10, controller.signal).catch(() => undefined);
      return [end === 'close' ? 'that ended' : 'that broke', read, controller];
    }),
  )('is no longer listened for after a body %s', async (_case, read, { signal }) => {
    const reading = read();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await reading;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
