import { describe, expect, test } from 'vitest';
import { isCertificateError, wasNeverConnected } from '../../src/cloudflare/connection.ts';

const fetchFailed = (code: string, details: object = {}): TypeError =>
  new TypeError('fetch failed', { cause: Object.assign(new Error('because'), { code }, details) });

describe('a certificate that is not accepted', () => {
  test.each<[unknown, boolean]>([
    [fetchFailed('SELF_SIGNED_CERT_IN_CHAIN'), true],
    [fetchFailed('DEPTH_ZERO_SELF_SIGNED_CERT'), true],
    [fetchFailed('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), true],
    [fetchFailed('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'), true],
    [fetchFailed('CERT_HAS_EXPIRED'), true],
    [fetchFailed('ERR_TLS_CERT_ALTNAME_INVALID'), true],
    [new TypeError('fetch failed', { cause: fetchFailed('CERT_REVOKED') }), true],
    [fetchFailed('ECONNREFUSED'), false],
    [fetchFailed('ECONNRESET'), false],
    [fetchFailed('UND_ERR_SOCKET'), false],
    [new TypeError('the CERT in the text does not count'), false],
    [undefined, false],
  ])('%o: %s', (error, isOne) => {
    expect(isCertificateError(error)).toBe(isOne);
  });
});

describe('a connection that was never made', () => {
  test.each<[unknown, boolean]>([
    [fetchFailed('ECONNREFUSED', { syscall: 'connect' }), true],
    [fetchFailed('ECONNREFUSED'), true],
    [fetchFailed('ENOTFOUND', { syscall: 'getaddrinfo' }), true],
    [fetchFailed('ENOTFOUND'), true],
    [fetchFailed('EAI_AGAIN'), true],
    [fetchFailed('EHOSTUNREACH'), true],
    [fetchFailed('ENETUNREACH'), true],
    [fetchFailed('EADDRNOTAVAIL'), true],
    [fetchFailed('UND_ERR_CONNECT_TIMEOUT'), true],
    [fetchFailed('ETIMEDOUT', { syscall: 'connect' }), true],
    [fetchFailed('EAI_FAIL', { syscall: 'getaddrinfo' }), true],
    [new TypeError('fetch failed', { cause: new AggregateError([fetchFailed('ECONNREFUSED')]) }), true],
    [fetchFailed('ETIMEDOUT', { syscall: 'read' }), false],
    [fetchFailed('ECONNRESET', { syscall: 'read' }), false],
    [fetchFailed('EPIPE', { syscall: 'write' }), false],
    [fetchFailed('UND_ERR_SOCKET'), false],
    [fetchFailed('UND_ERR_HEADERS_TIMEOUT'), false],
    [new TypeError('fetch failed', { cause: new Error('Proxy response (407) !== 200 when HTTP Tunneling') }), true],
    [new Error('connect'), false],
    [{ code: 'ECONNREFUSED' }, false],
    [undefined, false],
  ])('%o: %s', (error, isOne) => {
    expect(wasNeverConnected(error)).toBe(isOne);
  });
});
