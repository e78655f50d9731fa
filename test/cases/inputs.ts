import { CREDENTIALS } from '../run.ts';
import { type Case, ID, sharing } from './case.ts';

const { token, email, key } = CREDENTIALS;
const NO_TOKEN = { 'api-token': undefined };
const BY_KEY = { ...NO_TOKEN, 'api-email': email, 'api-key': key };
const FORKS = 'secrets are not passed to workflows started from forks or by Dependabot';
const ENVIRONMENT = { CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_API_KEY: key, CLOUDFLARE_EMAIL: email };

/** Inputs that are refused, and parts of the message. The table of all values is in `inputs.test.ts`. */
const REFUSED: readonly (readonly [what: string, inputs: NonNullable<Case['inputs']>, ...says: string[]])[] = [
  ['no status', { status: undefined }, 'status is ""', 'accepted or rejected'],
  ['a status in capitals', { status: 'Accepted' }, 'status is "Accepted"'],
  ['neither an id nor a filter', { 'invite-id': undefined }, 'neither an invite-id nor a filter', 'Write'],
  ['an id that is written but empty', { 'invite-id': '' }, 'invite-id is written but empty'],
  [
    'an organization-id that is written but empty',
    { 'organization-id': '', roles: '*' },
    'organization-id is written but',
  ],
  [
    'an organization-name that is written but empty',
    { 'organization-name': '', roles: '*' },
    'organization-name is written',
  ],
  ['an invited-by that is written but empty', { 'invited-by': '', roles: '*' }, 'invited-by is written but empty'],
  ['a list of roles that is written but empty', { roles: '', 'invited-by': '*' }, 'roles is written but empty'],
  ['../ in an id', { 'invite-id': `../invites/${ID}` }, 'invite-id is "../invites/'],
  ['one bad id among good ones', { 'invite-id': `${ID} a.b` }, 'invite-id is "a.b"'],
  ['bullets before ids', { 'invite-id': `- ${ID}\n- abc` }, 'invite-id is "-"'],
  ['an id without a letter or a digit', { 'invite-id': '_-_' }, 'invite-id is "_-_"'],
  ['bullets before account ids', { 'organization-id': '- abc' }, 'organization-id has the entry `-`'],
  ['an id with wait-seconds', { 'invite-id': ID, 'wait-seconds': '10' }, 'wait-seconds is "10" beside invite-id'],
  ['retries of 3x', { retries: '3x' }, 'retries is "3x"', 'from 0 to 10'],
  ['a timeout of no time', { 'timeout-seconds': '0' }, 'timeout-seconds is "0"'],
  ['yes for a boolean', { 'dry-run': 'yes' }, 'dry-run is "yes"', 'true or false'],
  ['a base that is no URL', { 'api-base-url': 'client/v4' }, 'api-base-url is "client/v4"'],
  ['http to another host', { 'api-base-url': 'http://api.cloudflare.com/client/v4' }, 'must use https'],
  ['credentials in the base URL', { 'api-base-url': 'http://user:hunter2hunter2@127.0.0.1' }, 'holds an "@"'],
  [
    'a newline inside the key',
    { ...BY_KEY, 'api-key': `${key.slice(0, 12)}\n${key.slice(12)}` },
    'api-key holds a space',
  ],
  ['"Bearer" before the token', { 'api-token': `Bearer ${token}` }, 'api-token holds a space', 'without "Bearer"'],
  ['a malformed e-mail', { ...BY_KEY, 'api-email': 'bot' }, 'api-email is not an e-mail address'],
  ['no credential', NO_TOKEN, 'There are no credentials', FORKS],
  ['a key without an e-mail', { ...NO_TOKEN, 'api-key': key }, 'key and no e-mail', 'CLOUDFLARE_EMAIL'],
  ['inputs of both schemes', { 'api-email': email, 'api-key': key }, 'two different schemes'],
  ['an empty token beside a good key', { ...BY_KEY, 'api-token': '' }, 'api-token is written but empty', FORKS],
];

/** Inputs that are refused before anything is sent, and those that are not. */
export const cases: readonly Case[] = [
  ...REFUSED.map(
    ([what, inputs, ...says]): Case => ({
      name: `${what} is refused before any request`,
      inputs,
      requests: '',
      exit: 1,
      title: 'inputs',
      says: [...says, 'Nothing was sent to Cloudflare.'],
      neverSays: ['hunter2'],
      outputs: { changed: 'false', matched_count: '0', invite_ids: '[]', invites: '[]' },
      summary: ['<h3>Cloudflare invites: the inputs cannot be used</h3>', 'inputs cannot be used'],
    }),
  ),
  ...sharing({ requests: '', exit: 1, title: 'inputs' }, [
    {
      name: 'a token that is written but empty is refused although the environment has credentials',
      inputs: { 'api-token': '' },
      env: ENVIRONMENT,
      says: ['api-token is written but empty', FORKS],
    },
    {
      name: 'an e-mail that is written but empty is refused although the environment has another one',
      inputs: { ...BY_KEY, 'api-email': ' ' },
      env: { CLOUDFLARE_EMAIL: email },
      says: ['api-email is written but empty', FORKS],
    },
    {
      name: 'half of a scheme in the environment is refused',
      inputs: NO_TOKEN,
      env: { CLOUDFLARE_EMAIL: email },
      says: ['no key', 'CLOUDFLARE_API_KEY', FORKS],
    },
    {
      name: 'an empty token in the environment is refused beside a good key',
      inputs: NO_TOKEN,
      env: { ...ENVIRONMENT, CLOUDFLARE_API_TOKEN: '' },
      says: ['CLOUDFLARE_API_TOKEN is set in the environment but empty', FORKS],
    },
    {
      name: 'all bad inputs are reported at once, and no credential is shown',
      inputs: {
        status: 'maybe',
        'invite-id': 'a/b c.d',
        'api-token': '',
        'api-key': `${key.slice(0, 15)} ${key.slice(15)}`,
        'organization-name': '!x',
        'dry-run': 'no',
        retries: '3x',
        'wait-seconds': '60',
        'timeout-seconds': 'soon',
        'api-base-url': 'http://example.com',
      },
      env: ENVIRONMENT,
      says: [
        'status is "maybe"',
        'invite-id is "a/b"',
        'invite-id is "c.d"',
        'api-token is written but empty',
        'api-key holds a space',
        'organization-name can match nothing',
        'dry-run is "no"',
        'retries is "3x"',
        'timeout-seconds is "soon"',
        'api-base-url is "http://example.com"',
      ],
      neverSays: ['it must be more'],
      masks: [`${key.slice(0, 15)} ${key.slice(15)}`, token, key],
    },
  ]),
  ...sharing({ requests: 'PATCH', exit: 0 }, [
    { name: 'an empty retries takes its default', inputs: { retries: '' } },
    { name: 'an empty timeout-seconds takes its default', inputs: { 'timeout-seconds': '' } },
    {
      name: 'a base URL with a slash at its end reaches the same address',
      inputs: { 'api-base-url': 'https://api.cloudflare.com/client/v4/' },
      paths: [`/user/invites/${ID}`],
    },
  ]),
];
