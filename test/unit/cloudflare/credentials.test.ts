import { expect, test } from 'vitest';
import { type Credentials, credentialHeaders } from '../../../src/cloudflare/credentials.ts';

test.each<[string, Credentials, Record<string, string>]>([
  ['an API token is a bearer token', { scheme: 'api-token', token: 'cfut_abc' }, { authorization: 'Bearer cfut_abc' }],
  [
    'the Global API Key goes with its e-mail address',
    { scheme: 'global-api-key', email: 'bot@example.net', key: 'cfk_abc' },
    { 'x-auth-email': 'bot@example.net', 'x-auth-key': 'cfk_abc' },
  ],
])('%s, and no header of the other scheme is sent', (_case, credentials, headers) => {
  expect(credentialHeaders(credentials)).toEqual(headers);
});
