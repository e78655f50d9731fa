import { describe, expect, test } from 'vitest';
import { fetchFailed } from '../../sandbox/fetch.ts';
import { isCertificateError, wasNeverConnected } from '../../src/network-error.ts';

const failedWith = (code: string, details: object = {}): TypeError => fetchFailed('because', { code, ...details });

describe('a certificate that is not accepted', () => {
  test.each<[unknown, boolean]>([
    [failedWith('SELF_SIGNED_CERT_IN_CHAIN'), true],
    [failedWith('DEPTH_ZERO_SELF_SIGNED_CERT'), true],
    [failedWith('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), true],
    [failedWith('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'), true],
    [failedWith('CERT_HAS_EXPIRED'), true],
    [failedWith('ERR_TLS_CERT_ALTNAME_INVALID'), true],
    [new TypeError('fetch failed', { cause: failedWith('CERT_REVOKED') }), true],
    [failedWith('ECONNREFUSED'), false],
    [failedWith('ECONNRESET'), false],
    [failedWith('UND_ERR_SOCKET'), false],
    [new TypeError('the CERT in the text does not count'), false],
    [undefined, false],
  ])('%o: %s', (error, isOne) => {
    expect(isCertificateError(error)).toBe(isOne);
  });
});

describe('a connection that was never made', () => {
  test.each<[unknown, boolean]>([
    [failedWith('ECONNREFUSED', { syscall: 'connect' }), true],
    [failedWith('ECONNREFUSED'), true],
    [failedWith('ENOTFOUND', { syscall: 'getaddrinfo' }), true],
    [failedWith('ENOTFOUND'), true],
    [failedWith('EAI_AGAIN'), true],
    [failedWith('EHOSTUNREACH'), true],
    [failedWith('ENETUNREACH'), true],
    [failedWith('EADDRNOTAVAIL'), true],
    [failedWith('UND_ERR_CONNECT_TIMEOUT'), true],
    [failedWith('ETIMEDOUT', { syscall: 'connect' }), true],
    [failedWith('EAI_FAIL', { syscall: 'getaddrinfo' }), true],
    [new TypeError('fetch failed', { cause: new AggregateError([failedWith('ECONNREFUSED')]) }), true],
    [failedWith('ETIMEDOUT', { syscall: 'read' }), false],
    [failedWith('ECONNRESET', { syscall: 'read' }), false],
    [failedWith('EPIPE', { syscall: 'write' }), false],
    [failedWith('UND_ERR_SOCKET'), false],
    [failedWith('UND_ERR_HEADERS_TIMEOUT'), false],
    [fetchFailed('Proxy response (407) !== 200 when HTTP Tunneling'), true],
    [new Error('connect'), false],
    [{ code: 'ECONNREFUSED' }, false],
    [undefined, false],
  ])('%o: %s', (error, isOne) => {
    expect(wasNeverConnected(error)).toBe(isOne);
  });
});
