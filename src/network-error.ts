// What Node says of a request without a response. undici hides the reason in `cause`, nested or as an AggregateError.

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
  const causes = causesOf(error);
  if (causes.some(isHiddenResponse)) return 'a response that Node hides: HTTP 407, proxy authentication required';
  const texts = causes.map((cause) => {
    const code = codeOf(cause);
    const text = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
    const message = text || (code ?? 'unknown error');
    return code === undefined || message.includes(code) ? message : `${message} (${code})`;
  });
  const distinct = [...new Set(texts)];
  // "fetch failed" says nothing beside its cause.
  return (distinct.length > 1 ? distinct.filter((text) => text !== 'fetch failed') : distinct).join(': ');
}

/** Whether undici's fetch met HTTP 407: it fails with an empty message then. */
function isHiddenResponse(error: unknown): boolean {
  const cause = error instanceof TypeError && error.message === 'fetch failed' ? error.cause : undefined;
  return cause instanceof Error && cause.message === '' && codeOf(cause) === undefined;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

const NEVER = /(?!)/;

/** What prevented a connection, as far as it is worth a hint of its own. */
export type ConnectionFault =
  | 'certificate-too-early'
  | 'certificate-expired'
  | 'certificate-of-another-name'
  | 'certificate-authority'
  | 'certificate'
  | 'proxy-password'
  | 'proxy-refusal'
  | 'client-certificate'
  | 'no-tls'
  | 'tls';

/**
 * Which codes and messages are which fault; the first row that fits one of the causes decides. Source: OpenSSL's errors
 * and verification results as Node names them, Node's own checks, and undici's messages about a response to CONNECT
 * that is not 200.
 */
const FAULTS: readonly (readonly [fault: ConnectionFault, code: RegExp, message: RegExp])[] = [
  ['proxy-password', NEVER, /^Proxy response \(407\)/],
  ['proxy-refusal', NEVER, /^Proxy response/],
  ['client-certificate', /^ERR_SSL_.*(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA)/, NEVER],
  ['no-tls', /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL)/, NEVER],
  ['tls', /^ERR_SSL_|^EPROTO$/, /before secure TLS connection was established/],
  ['certificate-too-early', /^CERT_NOT_YET_VALID$/, NEVER],
  ['certificate-expired', /^CERT_HAS_EXPIRED$/, NEVER],
  ['certificate-of-another-name', /^ERR_TLS_CERT_ALTNAME_INVALID$|^HOSTNAME_MISMATCH$/, NEVER],
  ['certificate-authority', /SELF_SIGNED|^UNABLE_TO_(?:VERIFY|GET_ISSUER)|^CERT_UNTRUSTED$/, NEVER],
  ['certificate', /CERT|^INVALID_PURPOSE$|^INVALID_CA$|^PATH_LENGTH_EXCEEDED$/, NEVER],
];

/** What prevented the connection of a request; undefined for any other error. */
export function connectionFault(error: unknown): ConnectionFault | undefined {
  const causes = causesOf(error);
  if (causes.some(isHiddenResponse)) return 'proxy-password';
  return FAULTS.find(([, code, message]) =>
    causes.some((cause) => code.test(codeOf(cause) ?? '') || (cause instanceof Error && message.test(cause.message))),
  )?.[0];
}

/** Whether Node rejected the server's certificate. No retry changes that. */
export function isCertificateError(error: unknown): boolean {
  return connectionFault(error)?.startsWith('certificate') === true;
}
