import { expect, test } from 'vitest';
import { type Credentials, credentialHeaders } from '../../../src/cloudflare/credentials.ts';

test.each<[string, Credentials, Record<string, string>]>([
  ['an API token', { scheme: 'api-token', token: 'cfut_abc' }, { authorization: 'Bearer cfut_abc' }],
  [
    'a Global API Key',
    { scheme: 'global-api-key', email: 'bot@example.net', key: 'cfk_abc' },
    { 'x-auth-email': 'bot@example.net', 'x-auth-key': 'cfk_abc' },
  ],
])('%s is sent in the headers of its own scheme alone', (_title, credentials, headers) => {
  expect(credentialHeaders(credentials)).toEqual(headers);
});
