// What Node says of a request without an answer. undici hides the reason in `cause`, nested or as an AggregateError.

const MAX_CAUSES = 6;

/** `error`, its cause, the cause of that …, outermost first; at most six. */
export function causesOf(error: unknown): readonly unknown[] {
  const found: unknown[] = [];
  const queue = [error];
  while (queue.length > 0 && found.length < MAX_CAUSES) {
    const current = queue.shift();
    found.push(current);
    if (current instanceof AggregateError) queue.push(...current.errors);
    if (current instanceof Error && current.cause !== undefined) queue.push(current.cause);
  }
  return found;
}

/** The reasons behind an error in one line: `connect ECONNREFUSED 127.0.0.1:1`. May hold what a server sent. */
export function describeCauses(error: unknown): string {
  const texts = causesOf(error).map((cause) => {
    const code = codeOf(cause);
    const text = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
    const message = text || (code ?? 'unknown error');
    return code === undefined || message.includes(code) ? message : `${message} (${code})`;
  });
  const distinct = [...new Set(texts)];
  // "fetch failed" says nothing beside its cause.
  return (distinct.length > 1 ? distinct.filter((text) => text !== 'fetch failed') : distinct).join(': ');
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

// Source: OpenSSL's verification results as Node names them (X509 certificate error codes), and Node's own checks.
const CERTIFICATE_CODE =
  /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|HOSTNAME_MISMATCH|INVALID_PURPOSE|INVALID_CA|PATH_LENGTH_EXCEEDED/;

/** Whether Node rejected the server's certificate. No retry changes that. */
export function isCertificateError(error: unknown): boolean {
  return causesOf(error).some((cause) => CERTIFICATE_CODE.test(codeOf(cause) ?? ''));
}

/** Whether a proxy refused to connect. Source: undici's message for an answer to CONNECT that is not 200. */
export function isProxyRefusal(error: unknown): boolean {
  return causesOf(error).some((cause) => cause instanceof Error && cause.message.startsWith('Proxy response'));
}

const NEVER_CONNECTED_CODE =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT)$/;

/** Whether a request failed before there was a connection, so that the server cannot have seen it. */
export function wasNeverConnected(error: unknown): boolean {
  if (isProxyRefusal(error)) return true;
  return causesOf(error).some((cause) => {
    const syscall = cause instanceof Error && 'syscall' in cause ? cause.syscall : undefined;
    return NEVER_CONNECTED_CODE.test(codeOf(cause) ?? '') || syscall === 'connect' || syscall === 'getaddrinfo';
  });
}
