import { expect, test } from 'vitest';
import { fetchFailed } from '../../sandbox/fetch.ts';
import {
  type ConnectionFault,
  causesOf,
  connectionFault,
  describeCauses,
  isCertificateError,
} from '../../src/network-error.ts';

const failedWith = (code: unknown, details: object = {}): TypeError => fetchFailed('because', { code, ...details });
const coded = (message: string, code: string): Error => Object.assign(new Error(message), { code });

test.each([
  ...['SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ...['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'CERT_REVOKED'],
  ...['HOSTNAME_MISMATCH', 'INVALID_PURPOSE', 'INVALID_CA', 'PATH_LENGTH_EXCEEDED'],
])('%s is an error of a certificate', (code) => {
  expect(isCertificateError(failedWith(code))).toBe(true);
  expect(isCertificateError(new TypeError('fetch failed', { cause: failedWith(code) }))).toBe(true);
});

test.each([
  ['another code', failedWith('ECONNRESET')],
  ['a code that is a number', failedWith(20)],
  ['a message with CERT', new TypeError('CERT_REVOKED')],
  ['an object with a code', { code: 'CERT_REVOKED' }],
  ['undefined', undefined],
])('%s is not an error of a certificate', (_title, error) => {
  expect(isCertificateError(error)).toBe(false);
});

test.each<[unknown, ConnectionFault | undefined]>([
  [failedWith('CERT_NOT_YET_VALID'), 'certificate-too-early'],
  [failedWith('CERT_HAS_EXPIRED'), 'certificate-expired'],
  [failedWith('ERR_TLS_CERT_ALTNAME_INVALID'), 'certificate-of-another-name'],
  [failedWith('HOSTNAME_MISMATCH'), 'certificate-of-another-name'],
  [failedWith('SELF_SIGNED_CERT_IN_CHAIN'), 'certificate-authority'],
  [failedWith('DEPTH_ZERO_SELF_SIGNED_CERT'), 'certificate-authority'],
  [failedWith('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'certificate-authority'],
  [failedWith('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'), 'certificate-authority'],
  [failedWith('CERT_REVOKED'), 'certificate'],
  [failedWith('INVALID_PURPOSE'), 'certificate'],
  [failedWith('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), 'client-certificate'],
  [failedWith('ERR_SSL_WRONG_VERSION_NUMBER'), 'no-tls'],
  [failedWith('ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE'), 'tls'],
  [fetchFailed('Client network socket disconnected before secure TLS connection was established'), 'tls'],
  [fetchFailed('Proxy response (407) !== 200 when HTTP Tunneling'), 'proxy-password'],
  [fetchFailed('Proxy response (403) !== 200 when HTTP Tunneling'), 'proxy-refusal'],
  [fetchFailed(''), 'proxy-password'],
  [failedWith('ECONNREFUSED'), undefined],
  [failedWith('ECONNRESET'), undefined],
  [new Error(''), undefined],
  [undefined, undefined],
])('%o is the fault %s of a connection', (error, fault) => {
  expect(connectionFault(error)).toBe(fault);
});

test.each(['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED'])(
  '%s is about a certificate of the client, not of the server',
  (code) => expect(isCertificateError(failedWith(code))).toBe(false),
);

const REFUSED = [
  coded('connect ECONNREFUSED ::1:1', 'ECONNREFUSED'),
  coded('connect ECONNREFUSED [::2]:1', 'ECONNREFUSED'),
];

test.each<[string, unknown, string]>([
  ['without "fetch failed" if there is a cause', fetchFailed('connect ECONNREFUSED'), 'connect ECONNREFUSED'],
  ['as "fetch failed" if there is no cause', new TypeError('fetch failed'), 'fetch failed'],
  [
    'with a code that its message lacks',
    new TypeError('terminated', { cause: coded('other side closed', 'UND_ERR_SOCKET') }),
    'terminated: other side closed (UND_ERR_SOCKET)',
  ],
  ['with a code that its message has once', coded('read ECONNRESET', 'ECONNRESET'), 'read ECONNRESET'],
  ['without a code that is a number', Object.assign(new Error('odd'), { code: 20 }), 'odd'],
  ['by its code if there is no message', coded('', 'ECONNREFUSED'), 'ECONNREFUSED'],
  ['as unknown if it says nothing', new Error(''), 'unknown error'],
  [
    'as HTTP 407 if fetch says nothing',
    fetchFailed(''),
    'a response that Node hides: HTTP 407, proxy authentication required',
  ],
  [
    'as unknown if another error of fetch says nothing',
    new TypeError('odd', { cause: new Error('') }),
    'odd: unknown error',
  ],
  ['without the full stop at its end', new Error('It broke.'), 'It broke'],
  [
    'with each distinct cause once',
    new TypeError('fetch failed', {
      cause: Object.assign(new AggregateError([...REFUSED, ...REFUSED]), { code: 'ECONNREFUSED' }),
    }),
    'ECONNREFUSED: connect ECONNREFUSED ::1:1: connect ECONNREFUSED [::2]:1',
  ],
  ['as it is if it is a string', 'too slow', 'too slow'],
  ['as undefined if there is none', undefined, 'undefined'],
])('an error is described %s', (_title, error, description) => {
  expect(describeCauses(error)).toBe(description);
});

test('an error that is its own cause is described once', () => {
  const error = new Error('round and round');
  error.cause = error;
  expect(describeCauses(error)).toBe('round and round');
});

test('causes are listed outermost first', () => {
  const inner = new Error('inner');
  const first = new Error('first', { cause: inner });
  const second = new Error('second');
  const outer = new Error('outer', { cause: new AggregateError([first, second], 'both') });
  expect(causesOf(outer)).toEqual([outer, outer.cause, first, second, inner]);
});

test('no more than six causes are listed', () => {
  const many = new AggregateError(Array.from({ length: 50 }, (_, index) => new Error(String(index))));
  expect(causesOf(many)).toHaveLength(6);
});
