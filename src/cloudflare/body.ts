/** Longest body of Cloudflare’s API that is read, in bytes: about twenty times a list of 1,000 invites. */
export const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** Thrown for a body that is too long to be a response of the API. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';

  constructor(maxBytes: number) {
    super(`the response is longer than ${maxBytes} bytes`);
  }
}

/**
 * Reads a body as UTF-8 text. Once `signal` aborts, stops and resolves with the text so far.
 * @throws {BodyTooLargeError} beyond `maxBytes`, and whatever error the connection ends with
 */
export async function readText(
  body: ReadableStream<Uint8Array> | null | undefined,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string> {
  if (!body) return '';
  const reader = body.getReader();
  // Ignore a failure to cancel: the first failure is the one to report.
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', cancel);
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      bytes += part.value.byteLength;
      if (bytes > maxBytes) throw new BodyTooLargeError(maxBytes);
      text += decoder.decode(part.value, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    cancel();
    throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
