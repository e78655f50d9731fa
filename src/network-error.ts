import { causes, errorCode } from './cloudflare/errors.ts';

// OpenSSL's verification results as Node names them (X509 certificate error codes) and Node's own checks.
const CERTIFICATE_CODE =
  /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|HOSTNAME_MISMATCH|INVALID_PURPOSE|INVALID_CA|PATH_LENGTH_EXCEEDED/;

/** Whether a connection failed because the server's certificate was not accepted, which no retry will change. */
export function isCertificateError(error: unknown): boolean {
  return causes(error).some((cause) => CERTIFICATE_CODE.test(errorCode(cause) ?? ''));
}

/** Whether a proxy refused to connect: undici's words for an answer to CONNECT that is no success. */
export function isProxyRefusal(error: unknown): boolean {
  return causes(error).some((cause) => cause instanceof Error && cause.message.startsWith('Proxy response'));
}

const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Whether a request failed before there was a connection, so that the server cannot have seen it. */
export function wasNeverConnected(error: unknown): boolean {
  if (isProxyRefusal(error)) return true;
  return causes(error).some((cause) => {
    const syscall = cause instanceof Error && 'syscall' in cause ? cause.syscall : undefined;
    return NEVER_CONNECTED.has(errorCode(cause) ?? '') || syscall === 'connect' || syscall === 'getaddrinfo';
  });
}
