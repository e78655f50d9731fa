/** Thrown for a body that is too long to be an answer of the API. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';

  constructor(maxBytes: number) {
    super(`the answer is longer than ${maxBytes} bytes`);
  }
}

/** Reads a body as UTF-8 text; only a part of it once `signal` aborts. Throws `BodyTooLargeError` beyond `maxBytes`. */
export async function readText(
  body: ReadableStream<Uint8Array> | null | undefined,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  const write = (chunk: Uint8Array): void => {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new BodyTooLargeError(maxBytes);
    text += decoder.decode(chunk, { stream: true });
  };
  await body?.pipeTo(new WritableStream({ write }), { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return text + decoder.decode();
}
