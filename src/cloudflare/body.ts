/** Thrown when a body is longer than anything the API has reason to send. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';

  constructor(maxBytes: number) {
    super(`the answer is longer than ${maxBytes} bytes`);
  }
}

/**
 * Reads a body as UTF-8 text, at most `maxBytes` of it.
 * @throws {BodyTooLargeError} beyond that, and the signal's reason when it aborts, even if the stream does not
 * heed the signal itself
 */
export async function readText(
  body: ReadableStream<Uint8Array> | null | undefined,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string> {
  if (!body) return '';
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const aborted = rejectOnAbort(signal);
  let text = '';
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), aborted.promise]);
      if (done) return text + decoder.decode();
      bytes += value.byteLength;
      if (bytes > maxBytes) throw new BodyTooLargeError(maxBytes);
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    // The connection is of no use any more; that cancelling fails as well says nothing new.
    reader.cancel().catch(() => undefined);
    throw error;
  } finally {
    aborted.dispose();
  }
}

function rejectOnAbort(signal: AbortSignal): { promise: Promise<never>; dispose: () => void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  return { promise, dispose: () => signal.removeEventListener('abort', onAbort) };
}
