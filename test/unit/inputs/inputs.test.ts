import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Environment, readGitHubContext } from '../../../src/inputs/environment.ts';
import { InputError, type Inputs, parseInputs } from '../../../src/inputs/parse.ts';
import { readSecrets } from '../../../src/inputs/secrets.ts';
import { INPUT_NAMES, inputRow } from '../../../src/inputs/table.ts';
import { parsePatternList } from '../../../src/invites/pattern.ts';

const asIs = (text: string): string => text;

interface ActionDefinition {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean }>>;
}

const ACTION: ActionDefinition = parse(await readFile(new URL('../../../action.yml', import.meta.url), 'utf8'));

const ID = '4f5f0c14a2a41d5063dd301b2f829f04';
const OTHER_ID = '5a7805061c76ada191ed06f989cc3dac';
const TOKEN = 'fake-token-0123456789';
const KEY = 'fake-key-abcdefghij';
const EMAIL = 'bot@example.com';
const TOKEN_IN_ENVIRONMENT = { CLOUDFLARE_API_TOKEN: TOKEN };
const BY_ID = { status: 'accepted', 'invite-id': ID };

type Values = Readonly<Record<string, string>>;

/** The environment of a step with `written` in its `with:`, as the runner makes it, and nothing else. */
function runnerEnvironment(written: Values, variables: Values): Environment {
  const inputs = Object.entries(ACTION.inputs).map(([name, { default: byDefault = '' }]) => [name, byDefault] as const);
  const merged = [...inputs, ...Object.entries(written)];
  return { ...variables, ...Object.fromEntries(merged.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])) };
}

/** The environment of a good step that responds to one invite by id with a token, with the changes of `written`. */
function environment(written: Values = {}, variables: Values = TOKEN_IN_ENVIRONMENT): Environment {
  return runnerEnvironment({ ...BY_ID, ...written }, variables);
}

function parsed(written: Values = {}, variables?: Values): Inputs {
  return parseInputs(environment(written, variables), asIs);
}

/** The problems of a step that must be refused. */
function problemsOf(written: Values = {}, variables?: Values): readonly string[] {
  try {
    parseInputs(environment(written, variables), asIs);
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  throw new Error('The inputs were accepted.');
}

describe('action.yml', () => {
  test('action.yml declares exactly the inputs and defaults of the code', () => {
    // The runner hands an input without a default an empty value, unless it is required.
    const declared = Object.entries(ACTION.inputs).map(([name, { default: byDefault, required }]) => {
      return [name, byDefault ?? (required ? undefined : '')];
    });
    expect(Object.fromEntries(declared)).toStrictEqual(
      Object.fromEntries(INPUT_NAMES.map((name) => [name, inputRow(name).default])),
    );
  });

  test('action.yml requires the status and no other input', () => {
    const required = Object.entries(ACTION.inputs).filter(([, input]) => input.required);
    expect(required.map(([name]) => name)).toEqual(['status']);
  });
});

describe('defaults', () => {
  test('inputs that are not written take their defaults', () => {
    expect(parsed()).toMatchObject({
      status: 'accepted',
      inviteIds: [ID],
      credentials: { scheme: 'api-token', token: TOKEN },
      dryRun: false,
      retries: 4,
      timeoutSeconds: 600,
      apiBaseUrl: 'https://api.cloudflare.com/client/v4',
      usesProxy: false,
      notices: [],
    });
  });

  test.each(['dry-run', 'api-base-url'])('%s is refused if it is empty, with a default to write', (name) => {
    expect(problemsOf({ [name]: '' })).toEqual([expect.stringContaining(`\${{ inputs.${name} || `)]);
  });

  test.each(['retries', 'timeout-seconds'])('%s takes its default if it is empty', (name) => {
    expect(parsed({ [name]: '' })).toEqual(parsed());
    expect(parsed({ [name]: ' \n' })).toEqual(parsed());
  });

  test('a process that no runner started has the same defaults', () => {
    const bare = { INPUT_STATUS: 'accepted', 'INPUT_INVITE-ID': ID, ...TOKEN_IN_ENVIRONMENT };
    expect(parseInputs(bare, asIs)).toEqual(parsed());
  });
});

describe('good values', () => {
  test.each<[name: string, value: string, expected: Partial<Inputs>]>([
    ['status', 'accepted', { status: 'accepted' }],
    ['status', 'rejected', { status: 'rejected' }],
    ['status', ' rejected\n', { status: 'rejected' }],
    ['invite-id', ` ${OTHER_ID}\n`, { inviteIds: [OTHER_ID] }],
    ['invite-id', 'Short-id_1', { inviteIds: ['Short-id_1'] }],
    ['invite-id', `${ID}, ${OTHER_ID},\n${ID}`, { inviteIds: [ID, OTHER_ID] }],
    ['invite-id', 'x'.repeat(32), { inviteIds: ['x'.repeat(32)] }],
    ['dry-run', 'true', { dryRun: true }],
    ['dry-run', 'True', { dryRun: true }],
    ['dry-run', 'TRUE', { dryRun: true }],
    ['dry-run', 'False', { dryRun: false }],
    ['dry-run', 'FALSE', { dryRun: false }],
    ['retries', '0', { retries: 0 }],
    ['retries', '10', { retries: 10 }],
    ['timeout-seconds', '1', { timeoutSeconds: 1 }],
    ['timeout-seconds', '86400', { timeoutSeconds: 86_400 }],
    ['api-base-url', 'https://gateway.example', { apiBaseUrl: 'https://gateway.example' }],
    ['api-base-url', 'https://gateway.example/cf/v4//', { apiBaseUrl: 'https://gateway.example/cf/v4' }],
    ['api-base-url', 'HTTPS://Gateway.Example:8443/V4', { apiBaseUrl: 'https://gateway.example:8443/V4' }],
    ['api-base-url', 'http://127.0.0.1:4010/', { apiBaseUrl: 'http://127.0.0.1:4010' }],
    ['api-base-url', 'http://127.18.19.20/v4', { apiBaseUrl: 'http://127.18.19.20/v4' }],
    ['api-base-url', 'http://[::1]:4010/v4', { apiBaseUrl: 'http://[::1]:4010/v4' }],
  ])('%s accepts %j', (name, value, expected) => {
    expect(parsed({ [name]: value })).toMatchObject(expected);
  });

  test('ids in any mix of white space and commas are taken in order, each once', () => {
    const id = fc.stringMatching(/^[a-z\d_-]{0,15}[a-z\d][a-z\d_-]{0,16}$/);
    const separator = fc.stringMatching(/^[ \t\r\n,]{1,4}$/);
    const ids = fc.array(fc.tuple(id, separator), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(ids, fc.stringMatching(/^[ \n,]{0,3}$/), (parts, lead) => {
        const text = lead + parts.map((part) => part.join('')).join('');
        expect(parsed({ 'invite-id': text }).inviteIds).toEqual([...new Set(parts.map(([written]) => written))]);
      }),
    );
  });

  test.each(['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'])('%s means that a proxy is used', (name) => {
    expect(parsed({}, { ...TOKEN_IN_ENVIRONMENT, [name]: 'http://proxy.example:3128' }).usesProxy).toBe(true);
    expect(parsed({}, { ...TOKEN_IN_ENVIRONMENT, [name]: '' }).usesProxy).toBe(false);
  });
});

describe('bad values', () => {
  const RESPONSES = 'accepted or rejected';
  const ID_RULE = 'at most 32 letters, digits, "-" or "_"';
  const BOOLEANS = 'true or false';
  const RETRIES = 'whole number from 0 to 10';
  const TIMEOUT = 'whole number from 1 to 86400';
  const SCHEME = 'must use https; http is for loopback addresses, such as 127.0.0.1 or [::1], only';

  test.each<[name: string, value: string, allowed: string]>([
    ['status', '', RESPONSES],
    ['status', 'accept', RESPONSES],
    ['status', 'Accepted', RESPONSES],
    ['status', 'pending', RESPONSES],
    ['status', 'accepted rejected', RESPONSES],
    ['invite-id', '../user/tokens', ID_RULE],
    ['invite-id', '..', ID_RULE],
    ['invite-id', `${ID}?x=1`, ID_RULE],
    ['invite-id', 'a%2Fb', ID_RULE],
    ['invite-id', 'ä', ID_RULE],
    ['invite-id', 'a"b', ID_RULE],
    ['invite-id', 'x'.repeat(33), ID_RULE],
    ['invite-id', ',', 'at least one entry'],
    ['invite-id', '[]', 'at least one id'],
    ['invite-id', '[1]', 'It is JSON'],
    ['invite-id', '# nothing but a comment', 'at least one entry'],
    ['dry-run', 'yes', BOOLEANS],
    ['dry-run', '1', BOOLEANS],
    ['dry-run', 'tRUE', BOOLEANS],
    ['dry-run', 'untrue', BOOLEANS],
    ['dry-run', 'false.', BOOLEANS],
    ['dry-run', 'true\nfalse', BOOLEANS],
    ['retries', '3x', RETRIES],
    ['retries', '-1', RETRIES],
    ['retries', '11', RETRIES],
    ['retries', '1.5', RETRIES],
    ['retries', '+3', RETRIES],
    ['retries', '1e1', RETRIES],
    ['retries', '0x3', RETRIES],
    ['retries', '٣', RETRIES],
    ['retries', 'Infinity', RETRIES],
    ['retries', '3 4', RETRIES],
    ['timeout-seconds', '0', TIMEOUT],
    ['timeout-seconds', '86401', TIMEOUT],
    ['timeout-seconds', '99999999999999999999', TIMEOUT],
    ['timeout-seconds', 'NaN', TIMEOUT],
    ['timeout-seconds', 'ten', TIMEOUT],
    ['timeout-seconds', '10m', TIMEOUT],
    ['timeout-seconds', '0.5', TIMEOUT],
    ['api-base-url', 'api.cloudflare.com/client/v4', 'must be a URL such as https://'],
    ['api-base-url', '/client/v4', 'must be a URL such as https://'],
    ['api-base-url', 'https://', 'must be a URL such as https://'],
    ['api-base-url', 'http://api.cloudflare.com/client/v4', SCHEME],
    ['api-base-url', 'http://127.0.0.1.evil.example/', SCHEME],
    ['api-base-url', 'http://evil.example/127.0.0.1', SCHEME],
    ['api-base-url', 'http://localhost:4010', SCHEME],
    ['api-base-url', 'http://[::ffff:127.0.0.1]/', SCHEME],
    ['api-base-url', 'http://0.0.0.0:4010', SCHEME],
    ['api-base-url', 'http://[::]/', SCHEME],
    ['api-base-url', 'http://128.0.0.1/', SCHEME],
    ['api-base-url', 'ftp://127.0.0.1/v4', SCHEME],
    ['api-base-url', 'file:///etc/hosts', SCHEME],
    ['api-base-url', 'https://gateway.example/v4?tenant=1', 'no query and no fragment'],
    ['api-base-url', 'https://gateway.example/v4?', 'no query and no fragment'],
    ['api-base-url', 'https://gateway.example/v4#top', 'no query and no fragment'],
    ['api-base-url', 'http://127.0.0.1/#', 'no query and no fragment'],
  ])('%s refuses %j, shows it and says what is allowed', (name, value, allowed) => {
    const [problem, ...others] = problemsOf({ [name]: value });
    expect(others).toEqual([]);
    expect(problem).toContain(`${name} is ${JSON.stringify(value)}. `);
    expect(problem).toContain(allowed);
  });

  test('a status that is not written is refused as an empty one is', () => {
    const { INPUT_STATUS: _, ...withoutStatus } = environment();
    expect(() => parseInputs(withoutStatus, asIs)).toThrow('status is "". It must be accepted or rejected.');
  });

  test('an invite-id that is written but empty is refused with what may have made it so', () => {
    for (const value of ['', ' \n']) {
      expect(problemsOf({ 'invite-id': value })).toEqual([
        expect.stringMatching(/^invite-id is written but empty.*\$\{\{ vars\.UNSET \}\}.*leave the input out/),
      ]);
    }
  });

  test('each bad id of several is named, and no valid one', () => {
    const problems = problemsOf({ 'invite-id': `${ID}, ../x, ${'y'.repeat(40)}` });
    expect(problems).toHaveLength(2);
    expect(problems[0]).toContain('"../x"');
    expect(problems[1]).toContain('y'.repeat(40));
    expect(problems.join()).not.toContain(ID);
  });

  test('retries accepts only numbers from 0 to 10', () => {
    const allowed = /^0{0,8}(?:\d|10)$/;
    const texts = fc.oneof(
      fc.string().filter((text) => text.trim() !== '' && !allowed.test(text.trim())),
      fc.integer({ min: 11 }).map(String),
      fc.integer({ max: -1 }).map(String),
      fc.double({ noInteger: true }).map(String),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(problemsOf({ retries: text })).toEqual([
          expect.stringMatching(/^retries is ".*whole number from 0 to 10/),
        ]);
      }),
    );
  });

  test('a line break in a value cannot forge a line of the message', () => {
    expect(problemsOf({ status: 'accepted\n::error::forged' })).toEqual([expect.not.stringContaining('\n')]);
  });

  test('a message shows at most 80 characters of a value', () => {
    const [problem] = problemsOf({ status: 'x'.repeat(5_000) });
    expect(problem).toContain(`status is "${'x'.repeat(79)}…". It must be`);
    expect(problem).not.toContain('x'.repeat(80));
    expect(problemsOf({ status: 'x'.repeat(80) })).toEqual([expect.stringContaining(`"${'x'.repeat(80)}"`)]);
  });

  test.each([
    'https://alice:fake-password@gateway.example/v4',
    'https://alice@gateway.example/v4',
    'http://alice:fake-password@127.0.0.1/v4',
    'https://alice:fake-password@',
    'alice:fake-password@gateway.example',
    'http://127.0.0.1:fake-password@evil.example/',
    'https://gateway.example/@fake-password',
  ])('api-base-url refuses the "@" in %j without showing the value', (value) => {
    expect(problemsOf({ 'api-base-url': value })).toEqual([
      expect.stringMatching(/^api-base-url holds an "@" \(its value is not shown\)\. .*without user name and password/),
    ]);
    expect(problemsOf({ 'api-base-url': value }).join()).not.toMatch(/alice|fake-password|example/);
  });

  test('all bad inputs are reported at once, one line each', () => {
    const bad = {
      status: 'maybe',
      'invite-id': '../x',
      'dry-run': 'yes',
      retries: '11',
      'timeout-seconds': '0',
      'api-base-url': 'ftp://gateway.example',
      'api-token': '',
    };
    const problems = problemsOf(bad);
    expect(problems).toHaveLength(Object.keys(bad).length);
    for (const name of Object.keys(bad)) {
      expect(problems.filter((problem) => problem.startsWith(`${name} is `))).toHaveLength(1);
    }
    expect(() => parseInputs(environment(bad), asIs)).toThrow(new InputError(problems).message);
    expect(new InputError(problems).message.split('\n')).toEqual(problems);
  });
});

describe('credentials', () => {
  const PAIR_IN_ENVIRONMENT = { CLOUDFLARE_EMAIL: EMAIL, CLOUDFLARE_API_KEY: KEY };
  const PAIR = { 'api-email': EMAIL, 'api-key': KEY };
  const OTHER_TOKEN = 'fake-other-token-987';
  const OTHER_KEY = 'fake-other-key-987';
  const OTHER_EMAIL = 'other@example.com';
  const OTHERS = { CLOUDFLARE_API_TOKEN: OTHER_TOKEN, CLOUDFLARE_EMAIL: OTHER_EMAIL, CLOUDFLARE_API_KEY: OTHER_KEY };
  const BY_TOKEN = { scheme: 'api-token', token: TOKEN };
  const BY_KEY = { scheme: 'global-api-key', email: EMAIL, key: KEY };
  const FORKS = 'secrets are not passed to workflows started from forks or by Dependabot';

  test.each<[what: string, inputs: Values, variables: Values, expected: object]>([
    ['a token input', { 'api-token': TOKEN }, {}, BY_TOKEN],
    ['a token input with white space around it', { 'api-token': ` ${TOKEN}\n` }, {}, BY_TOKEN],
    ['a token input, whatever the environment has', { 'api-token': TOKEN }, OTHERS, BY_TOKEN],
    ['a token of the environment', {}, TOKEN_IN_ENVIRONMENT, BY_TOKEN],
    ['a token of the environment with a line break behind it', {}, { CLOUDFLARE_API_TOKEN: `${TOKEN}\n` }, BY_TOKEN],
    ['a key pair as inputs', PAIR, {}, BY_KEY],
    ['a key pair as inputs, whatever the environment has', PAIR, OTHERS, BY_KEY],
    ['a key pair of the environment', {}, PAIR_IN_ENVIRONMENT, BY_KEY],
    ['a key input with the e-mail of the environment', { 'api-key': KEY }, { CLOUDFLARE_EMAIL: EMAIL }, BY_KEY],
    ['an e-mail input with the key of the environment', { 'api-email': EMAIL }, { CLOUDFLARE_API_KEY: KEY }, BY_KEY],
    [
      'a key input before the key of the environment',
      { 'api-key': KEY },
      { ...OTHERS, CLOUDFLARE_EMAIL: EMAIL },
      BY_KEY,
    ],
    [
      'an e-mail input before that of the environment',
      { 'api-email': EMAIL },
      { ...OTHERS, CLOUDFLARE_API_KEY: KEY },
      BY_KEY,
    ],
    ['a key pair as inputs beside an empty token of the environment', PAIR, { CLOUDFLARE_API_TOKEN: '' }, BY_KEY],
    [
      'a token input beside malformed others',
      { 'api-token': TOKEN },
      { CLOUDFLARE_API_KEY: 'a b', CLOUDFLARE_EMAIL: 'x' },
      BY_TOKEN,
    ],
    ['a key pair as inputs beside a malformed token', PAIR, { CLOUDFLARE_API_TOKEN: 'Bearer x' }, BY_KEY],
    [
      'a token of the environment beside an e-mail',
      {},
      { CLOUDFLARE_API_TOKEN: TOKEN, CLOUDFLARE_EMAIL: EMAIL },
      BY_TOKEN,
    ],
    ['a token of the environment beside a key', {}, { CLOUDFLARE_API_TOKEN: TOKEN, CLOUDFLARE_API_KEY: KEY }, BY_TOKEN],
    [
      'a token of the environment beside a pair of which half is blank',
      {},
      { CLOUDFLARE_API_TOKEN: TOKEN, CLOUDFLARE_API_KEY: KEY, CLOUDFLARE_EMAIL: ' ' },
      BY_TOKEN,
    ],
    [
      'a token of the environment beside a pair of which the other half is blank',
      {},
      { CLOUDFLARE_API_TOKEN: TOKEN, CLOUDFLARE_API_KEY: '\n', CLOUDFLARE_EMAIL: EMAIL },
      BY_TOKEN,
    ],
  ])('%s is used without a notice', (_what, inputs, variables, expected) => {
    expect(parsed(inputs, variables)).toMatchObject({ credentials: expected, notices: [] });
  });

  test('an environment with both schemes means the token, and a notice says so', () => {
    const { credentials, notices } = parsed({}, { ...TOKEN_IN_ENVIRONMENT, ...PAIR_IN_ENVIRONMENT });
    expect(credentials).toEqual(BY_TOKEN);
    expect(notices).toEqual([
      expect.stringMatching(/CLOUDFLARE_API_TOKEN and CLOUDFLARE_API_KEY with CLOUDFLARE_EMAIL\. The token is used/),
    ]);
    expect(notices.join()).not.toContain('fake-');
  });

  const EMPTY = (name: string) => new RegExp(`^${name} is written but empty\\. .*${FORKS}`);
  const MALFORMED = (name: string) =>
    new RegExp(`^${RegExp.escape(name)} holds a space, a line break or a character outside ASCII .*not shown`);
  const NO_ADDRESS = (name: string) => new RegExp(`^${RegExp.escape(name)} is not an e-mail address .*not shown`);
  const KEY_ALONE = new RegExp(`there is a key and no e-mail\\. Write api-email, or set CLOUDFLARE_EMAIL .*${FORKS}`);
  const EMAIL_ALONE = new RegExp(
    `there is an e-mail and no key\\. Write api-key, or set CLOUDFLARE_API_KEY .*${FORKS}`,
  );
  const TWO_SCHEMES = /^api-token and api-email or api-key are inputs of two different schemes\. Write api-token alone/;
  const NONE = new RegExp(`no credentials\\. Write api-token, or api-email with api-key, or set .*${FORKS}`);
  const EMPTY_TOKEN = new RegExp(`^CLOUDFLARE_API_TOKEN is set in the environment but empty\\. .*${FORKS}`);

  test.each<[what: string, inputs: Values, variables: Values, problem: RegExp]>([
    ['no credential', {}, {}, NONE],
    ['only empty variables of a key pair', {}, { CLOUDFLARE_EMAIL: '', CLOUDFLARE_API_KEY: '' }, NONE],
    ['a key input alone', { 'api-key': KEY }, {}, KEY_ALONE],
    ['a key input beside a token of the environment', { 'api-key': KEY }, TOKEN_IN_ENVIRONMENT, KEY_ALONE],
    ['a key input beside an empty e-mail', { 'api-key': KEY }, { CLOUDFLARE_EMAIL: ' ' }, KEY_ALONE],
    ['a key of the environment alone', {}, { CLOUDFLARE_API_KEY: KEY }, KEY_ALONE],
    [
      'a key of the environment beside an empty e-mail',
      {},
      { CLOUDFLARE_API_KEY: KEY, CLOUDFLARE_EMAIL: '' },
      KEY_ALONE,
    ],
    ['an e-mail input alone', { 'api-email': EMAIL }, {}, EMAIL_ALONE],
    ['an e-mail input beside a token of the environment', { 'api-email': EMAIL }, TOKEN_IN_ENVIRONMENT, EMAIL_ALONE],
    ['an e-mail of the environment alone', {}, { CLOUDFLARE_EMAIL: EMAIL }, EMAIL_ALONE],
    ['a token and a key as inputs', { 'api-token': TOKEN, 'api-key': KEY }, {}, TWO_SCHEMES],
    ['a token and an e-mail as inputs', { 'api-token': TOKEN, 'api-email': EMAIL }, {}, TWO_SCHEMES],
    ['a token and a key pair as inputs', { 'api-token': TOKEN, ...PAIR }, {}, TWO_SCHEMES],
    ['an empty token input', { 'api-token': '' }, {}, EMPTY('api-token')],
    ['an empty token input beside one of the environment', { 'api-token': '' }, OTHERS, EMPTY('api-token')],
    ['a blank token input', { 'api-token': ' \n' }, {}, EMPTY('api-token')],
    ['an empty key input', { 'api-key': '', 'api-email': EMAIL }, OTHERS, EMPTY('api-key')],
    ['an empty e-mail input', { 'api-email': '', 'api-key': KEY }, OTHERS, EMPTY('api-email')],
    ['an empty token of the environment', {}, { CLOUDFLARE_API_TOKEN: '' }, EMPTY_TOKEN],
    [
      'an empty token beside a key pair, all in the environment',
      {},
      { ...PAIR_IN_ENVIRONMENT, CLOUDFLARE_API_TOKEN: '' },
      EMPTY_TOKEN,
    ],
    [
      'a blank token beside a key pair, all in the environment',
      {},
      { ...PAIR_IN_ENVIRONMENT, CLOUDFLARE_API_TOKEN: ' ' },
      EMPTY_TOKEN,
    ],
    ['"Bearer" in a token input', { 'api-token': `Bearer ${TOKEN}` }, {}, MALFORMED('api-token')],
    [
      '"Bearer" in a token of the environment',
      {},
      { CLOUDFLARE_API_TOKEN: `Bearer ${TOKEN}` },
      MALFORMED('CLOUDFLARE_API_TOKEN (environment)'),
    ],
    ['a line break inside a key input', { ...PAIR, 'api-key': 'fake-first\nfake-second' }, {}, MALFORMED('api-key')],
    [
      'a line break inside a key of the environment',
      { 'api-email': EMAIL },
      { CLOUDFLARE_API_KEY: 'fake-1\r\nfake-2' },
      MALFORMED('CLOUDFLARE_API_KEY (environment)'),
    ],
    ['a zero-width space in a token', { 'api-token': `fake\u200b${TOKEN}` }, {}, MALFORMED('api-token')],
    ['a control character in a token', { 'api-token': `fake\u007f${TOKEN}` }, {}, MALFORMED('api-token')],
    ['typographic quotes around a key', { ...PAIR, 'api-key': `“${KEY}”` }, {}, MALFORMED('api-key')],
    [
      'two e-mail addresses',
      { ...PAIR, 'api-email': 'fake-a@example.com fake-b@example.com' },
      {},
      MALFORMED('api-email'),
    ],
    ['a key in the place of the e-mail', { 'api-email': KEY, 'api-key': KEY }, {}, NO_ADDRESS('api-email')],
    [
      'a key in the place of the e-mail of the environment',
      { 'api-key': KEY },
      { CLOUDFLARE_EMAIL: KEY },
      NO_ADDRESS('CLOUDFLARE_EMAIL (environment)'),
    ],
    ['an e-mail without a user', { ...PAIR, 'api-email': '@fake-example.com' }, {}, NO_ADDRESS('api-email')],
    ['an e-mail with two "@"', { ...PAIR, 'api-email': 'fake-a@example.com@b' }, {}, NO_ADDRESS('api-email')],
  ])('%s is refused without showing it', (_what, inputs, variables, problem) => {
    const problems = problemsOf(inputs, variables);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(problems.join()).not.toMatch(/fake-|@example/);
  });

  test('a malformed credential is named: the address or the credential', () => {
    expect(problemsOf({ 'api-email': 'a b', 'api-key': 'a b' })).toEqual([
      expect.stringMatching(/^api-email .* Store the address alone/),
      expect.stringMatching(/^api-key .* Store the credential alone/),
    ]);
  });

  test('every bad credential input is reported at once', () => {
    const problems = problemsOf({ 'api-token': '', 'api-email': 'nobody', 'api-key': 'a b' });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(['api-token', 'api-email', 'api-key']);
  });

  test.each<[what: string, inputs: Values, empty: string]>([
    ['an empty token beside a key pair', { 'api-token': '', ...PAIR }, 'api-token'],
    ['an empty e-mail beside a token', { 'api-token': TOKEN, 'api-email': '' }, 'api-email'],
    ['an empty key beside a token', { 'api-token': TOKEN, 'api-key': '' }, 'api-key'],
  ])('%s is refused as empty, which says nothing about the scheme', (_what, inputs, empty) => {
    expect(problemsOf(inputs, {})).toEqual([expect.stringMatching(EMPTY(empty))]);
  });

  test('a malformed half is reported together with the missing one', () => {
    const problems = problemsOf({ 'api-key': 'a b' }, {}).join('\n');
    expect(problems).toMatch(MALFORMED('api-key'));
    expect(problems).toContain('there is a key and no e-mail');
  });

  test('two schemes are reported together with a malformed credential of one of them', () => {
    const problems = problemsOf({ 'api-token': `Bearer ${TOKEN}`, 'api-key': KEY }).join('\n');
    expect(problems).toMatch(MALFORMED('api-token'));
    expect(problems).toContain('two different schemes');
  });

  test('no part of a malformed credential is shown', () => {
    const breaker = fc.constantFrom(' ', '\n', '\t', '\u0000', 'ß', '😀', '\u2028');
    const half = fc.stringMatching(/^[!-~]{8,20}$/);
    fc.assert(
      fc.property(
        fc.constantFrom('api-token', 'api-key', 'api-email'),
        half,
        breaker,
        half,
        (name, first, gap, last) => {
          const text = problemsOf({ [name]: first + gap + last }).join('\n');
          expect(text).toMatch(MALFORMED(name));
          expect(text).not.toContain(first);
          expect(text).not.toContain(last);
        },
      ),
    );
  });
});

describe('readSecrets', () => {
  const proxy = (password: string): string => `http://alice:${password}@proxy.example:3128`;

  test('readSecrets finds none when no credential is set', () => {
    expect(readSecrets({})).toEqual([]);
    expect(readSecrets(runnerEnvironment(BY_ID, {}))).toEqual([]);
  });

  test.each<[what: string, inputs: Values, variables: Values, secrets: readonly string[]]>([
    ['a token input', { 'api-token': TOKEN }, {}, [TOKEN]],
    ['a key input', { 'api-key': KEY }, {}, [KEY]],
    ['a token of the environment', {}, { CLOUDFLARE_API_TOKEN: TOKEN }, [TOKEN]],
    ['a key of the environment', {}, { CLOUDFLARE_API_KEY: KEY }, [KEY]],
    [
      'a token of the environment that an input overrides',
      { 'api-token': 'fake-2' },
      TOKEN_IN_ENVIRONMENT,
      ['fake-2', TOKEN],
    ],
    ['inputs of both schemes', { 'api-token': TOKEN, 'api-key': KEY }, {}, [TOKEN, KEY]],
    ['a malformed token', { 'api-token': 'Bearer fake token' }, {}, ['Bearer fake token']],
    ['a key of two lines', { 'api-key': 'fake-1\nfake-2' }, {}, ['fake-1\nfake-2']],
    ['a token with white space around it', {}, { CLOUDFLARE_API_TOKEN: ` ${TOKEN}\n` }, [TOKEN]],
    ['one value in two places', { 'api-token': TOKEN }, { CLOUDFLARE_API_KEY: TOKEN }, [TOKEN]],
    ['an empty input and an empty variable', { 'api-token': '' }, { CLOUDFLARE_API_KEY: ' ' }, []],
    ['an e-mail address', { 'api-email': EMAIL }, { CLOUDFLARE_EMAIL: EMAIL }, []],
    ['a URL in a filter', { 'organization-name': 'https://alice:fake-word@host.example' }, {}, []],
    ['a password in api-base-url', { 'api-base-url': 'https://alice:fake-word@host.example' }, {}, ['fake-word']],
    ['a password in HTTPS_PROXY', {}, { HTTPS_PROXY: proxy('fake-word') }, ['fake-word']],
    ['a password in https_proxy', {}, { https_proxy: proxy('fake-word') }, ['fake-word']],
    ['a password in HTTP_PROXY', {}, { HTTP_PROXY: proxy('fake-word') }, ['fake-word']],
    ['a password in http_proxy', {}, { http_proxy: proxy('fake-word') }, ['fake-word']],
    ['two proxies', {}, { HTTPS_PROXY: proxy('fake-1'), http_proxy: proxy('fake-2') }, ['fake-1', 'fake-2']],
    ['a password with percent signs', {}, { HTTPS_PROXY: proxy('fake%40word') }, ['fake%40word', 'fake@word']],
    ['a password with a broken percent sign', {}, { HTTPS_PROXY: proxy('fake%word') }, ['fake%word']],
    ['a password that begins like a host', {}, { HTTPS_PROXY: proxy('//fake-word') }, ['//fake-word']],
    ['a password of a proxy without a user', {}, { HTTPS_PROXY: 'http://:fake-word@proxy.example' }, ['fake-word']],
    ['a password of a proxy without a scheme', {}, { HTTPS_PROXY: 'alice:fake-word@proxy.example' }, ['fake-word']],
    ['nothing of a proxy with a user alone', {}, { HTTPS_PROXY: 'http://alice@proxy.example' }, []],
    ['a password of a URL without a host', { 'api-base-url': 'https://alice:fake-word@' }, {}, ['fake-word']],
    [
      'a password of a scheme with a digit',
      {},
      { HTTPS_PROXY: 'socks5://alice:fake-word@proxy.example' },
      ['fake-word'],
    ],
    ['nothing of a scheme with a digit and a user alone', {}, { HTTPS_PROXY: 'socks5://alice@proxy.example' }, []],
    ['a proxy without a password', {}, { HTTPS_PROXY: 'http://proxy.example:3128' }, []],
    ['a URL with a port', { 'api-base-url': 'http://127.0.0.1:4010/v4' }, {}, []],
  ])('readSecrets finds the secrets of %s', (_what, inputs, variables, secrets) => {
    expect([...readSecrets(runnerEnvironment(inputs, variables))].sort()).toEqual([...secrets].sort());
  });

  test('readSecrets finds any password of a proxy, encoded and decoded', () => {
    const raw = fc.stringMatching(/^[!-~]{1,20}$/);
    fc.assert(
      fc.property(raw, (password) => {
        expect(readSecrets({ HTTPS_PROXY: proxy(password) })).toContain(password);
        const encoded = encodeURIComponent(password);
        expect(readSecrets({ HTTPS_PROXY: proxy(encoded) })).toEqual(expect.arrayContaining([encoded, password]));
      }),
    );
  });

  test('readSecrets finds a whole password with a colon of a proxy without a scheme', () => {
    expect(readSecrets({ HTTPS_PROXY: 'alice:fake-1:fake-2@proxy.example' })).toContain('fake-1:fake-2');
  });

  test('readSecrets finds a password with a line break', () => {
    const secrets = readSecrets({ HTTPS_PROXY: proxy('fake-1\nfake-2') }).join('\n');
    expect(secrets).toContain('fake-1');
    expect(secrets).toContain('fake-2');
  });

  test('readSecrets finds each line of a password, because the log shows single lines', () => {
    const secrets = readSecrets({ HTTPS_PROXY: proxy('fake-1\r\nfake-2') });
    expect(secrets).toEqual(expect.arrayContaining(['fake-1', 'fake-2']));
  });

  test('readSecrets finds a password in a value with white space around it', () => {
    expect(readSecrets({ HTTPS_PROXY: ` ${proxy('fake-word')}\n` })).toContain('fake-word');
  });

  test('readSecrets finds the github-token, and not its unevaluated default', () => {
    expect(readSecrets({ 'INPUT_GITHUB-TOKEN': 'ghs_fake-token' })).toEqual(['ghs_fake-token']);
    expect(readSecrets({ 'INPUT_GITHUB-TOKEN': `\${{ github.token }}` })).toEqual([]);
  });
});

describe('filters', () => {
  const NO_ID = { 'invite-id': '(none)' };

  test.each<[name: keyof Inputs['filters'], value: string, entries: readonly string[]]>([
    ['organization-id', 'a1, b-2\nc_3 !d*', ['a1', 'b-2', 'c_3', '!d*']],
    ['organization-id', `a !${'x'.repeat(32)}*`, ['a', `!${'x'.repeat(32)}*`]],
    [
      'organization-name',
      ' Acme, Inc. \n\n\t!Acme Test\r\nGlobex\rInitech',
      ['Acme, Inc.', '!Acme Test', 'Globex', 'Initech'],
    ],
    [
      'invited-by',
      'a@acme.example,*@globex.example b@c.example',
      ['a@acme.example', '*@globex.example', 'b@c.example'],
    ],
    ['roles', 'DNS\n!Super Administrator - All Privileges', ['DNS', '!Super Administrator - All Privileges']],
    ['roles', 'DNS\rBilling\r\nZone, read', ['DNS', 'Billing', 'Zone, read']],
  ])('the filter %s has the entries of %j', (name, value, entries) => {
    const { filters } = parsed({ ...NO_ID, [name]: value });
    expect(Object.keys(filters)).toEqual([name]);
    expect(filters[name]).toEqual(parsePatternList(entries, name === 'roles'));
  });

  test.each<[name: string, value: string, problems: readonly string[]]>([
    [
      'organization-id',
      'a/b, c',
      ['organization-id has the entry `a/b`. Character 2, `/` (U+002F), is not plain. An id'],
    ],
    ['organization-id', 'é c', ['organization-id has the entry `é`. Character 1']],
    ['organization-id', 'a!b', ['organization-id has the entry `a!b`. Character 2']],
    ['organization-id', 'x'.repeat(33), ['Character 33, `x` (U+0078), is not plain. An id has at most 32']],
    ['organization-id', '../a, b?c', ['has the entry `../a`', 'has the entry `b?c`']],
    ['organization-id', '* # !abc', ['a comment that holds a word beginning with "!"']],
    ['organization-name', '# Acme', ['write `\\#` for a name that begins with "#"']],
    ['invited-by', 'acme.example', ['A domain needs "*@" in front: write `*@acme.example`.']],
    ['roles', '["DNS"]', ['It is JSON. Write one entry per line']],
    ['roles', '"[DNS]"', ['A list has no quotes']],
    ['organization-name', 'x'.repeat(257), ['An entry has at most 256 characters.']],
    ['organization-id', ', ,', ['organization-id is ", ,". It must hold at least one entry.']],
    ['invited-by', ',', ['invited-by is ",". It must hold at least one entry.']],
    ['roles', 'DNS\n!', ['roles has the entry `!`. It ends too early.']],
    ['organization-name', '!Acme', ['organization-name can match nothing']],
    ['roles', '!DNS\n*', ['roles has the entry `!DNS`, which has no effect: `*` stands after it']],
  ])('%s refuses %j', (name, value, problems) => {
    const found = problemsOf({ ...NO_ID, [name]: value });
    expect(found).toHaveLength(problems.length);
    for (const [index, problem] of problems.entries()) expect(found[index]).toContain(problem);
  });

  test('a filter accepts an entry of 256 characters', () => {
    const entry = 'x'.repeat(256);
    expect(parsed({ ...NO_ID, 'organization-name': entry }).filters['organization-name']?.entries).toEqual([entry]);
  });

  test('a list without entries is refused, and comments are mentioned only where there are some', () => {
    expect(problemsOf({ ...NO_ID, 'organization-id': ',' })).toEqual([
      'organization-id is ",". It must hold at least one entry.',
    ]);
    expect(problemsOf({ ...NO_ID, 'organization-id': '# abc' })).toEqual([
      expect.stringMatching(/at least one entry\. A line that begins with "#" is a comment; write/),
    ]);
  });

  test('a step without filters is refused, unless it has an invite-id', () => {
    expect(problemsOf(NO_ID)).toEqual([expect.stringContaining('There is neither an invite-id nor a filter.')]);
    expect(parsed().filters).toEqual({});
  });
});

describe('waiting', () => {
  const LIST = { 'invite-id': '(none)', 'organization-name': '*' };

  test.each<[what: string, written: Values, expected: Partial<Inputs>]>([
    ['not written, it is 0 and a missing match is ignored', {}, { waitSeconds: 0, ifNoMatch: 'ignore' }],
    ['written, it makes a missing match an error', { 'wait-seconds': '60' }, { waitSeconds: 60, ifNoMatch: 'error' }],
    [
      'written, it does not change a written if-no-match',
      { 'wait-seconds': '60', 'if-no-match': 'warn' },
      { ifNoMatch: 'warn' },
    ],
    ['not written, if-no-match is still used', { 'if-no-match': 'error' }, { waitSeconds: 0, ifNoMatch: 'error' }],
    [
      'written, a missing match can be ignored',
      { 'wait-seconds': '60', 'if-no-match': 'ignore' },
      { ifNoMatch: 'ignore' },
    ],
    ['one second shorter than timeout-seconds, it is accepted', { 'wait-seconds': '599' }, { waitSeconds: 599 }],
    ['0, it fits into every timeout-seconds', { 'wait-seconds': '0', 'timeout-seconds': '1' }, { timeoutSeconds: 1 }],
  ])('wait-seconds: %s', (_what, written, expected) => {
    expect(parsed({ ...LIST, ...written })).toMatchObject(expected);
  });

  test('wait-seconds is refused if it is not less than timeout-seconds', () => {
    for (const waitSeconds of ['600', '601']) {
      expect(problemsOf({ ...LIST, 'wait-seconds': waitSeconds })).toEqual([
        `timeout-seconds is "600" and wait-seconds is "${waitSeconds}". timeout-seconds includes the wait, so it must be more.`,
      ]);
    }
  });

  test('wait-seconds is refused beside invite-id', () => {
    expect(problemsOf({ 'wait-seconds': '10' })).toEqual([
      expect.stringContaining('wait-seconds is "10" beside invite-id'),
    ]);
  });

  test.each([
    { 'wait-seconds': 'soon', 'timeout-seconds': '1' },
    { 'wait-seconds': '60', 'timeout-seconds': '0' },
  ])('wait-seconds is not compared when a number was refused: %o', (written) => {
    expect(problemsOf({ ...LIST, ...written })).toHaveLength(1);
  });

  test('if-no-match refuses what it does not know', () => {
    expect(problemsOf({ ...LIST, 'if-no-match': 'fail' })).toEqual([
      'if-no-match is "fail". It must be ignore, warn or error.',
    ]);
  });
});

describe('the tracking issue', () => {
  const VARIABLES = {
    ...TOKEN_IN_ENVIRONMENT,
    GITHUB_API_URL: 'https://ghe.example/api/v3/',
    GITHUB_SERVER_URL: 'https://ghe.example',
    GITHUB_REPOSITORY: 'acme/invites',
    GITHUB_RUN_ID: '42',
  };

  test('report-issue with a title uses the repository of the job', () => {
    const written = { 'report-issue': 'Invites need a person', 'github-token': 'ghs_fake-token' };
    expect(parsed(written, VARIABLES).reportIssue).toEqual({
      title: 'Invites need a person',
      token: 'ghs_fake-token',
      apiUrl: 'https://ghe.example/api/v3',
      repository: 'acme/invites',
      runUrl: 'https://ghe.example/acme/invites/actions/runs/42',
    });
    expect(parsed({}, VARIABLES).reportIssue).toBeUndefined();
    expect(parsed({ 'report-issue': '' }, VARIABLES).reportIssue).toBeUndefined();
  });

  test('report-issue has no token when the default of github-token is not evaluated', () => {
    expect(parsed({ 'report-issue': 'T' }).reportIssue).toHaveProperty('token', undefined);
  });

  test('report-issue accepts a title of one line and at most 256 characters', () => {
    expect(parsed({ 'report-issue': 't'.repeat(256) }).reportIssue?.title).toHaveLength(256);
    for (const title of ['t'.repeat(257), 'a\nb', 'a\u0085b']) {
      expect(problemsOf({ 'report-issue': title })).toEqual([
        expect.stringMatching(/^report-issue is ".*A title is one line of at most 256 characters\.$/),
      ]);
    }
  });

  test.each(['true', 'False'])('report-issue refuses %j, which is no title', (title) => {
    expect(problemsOf({ 'report-issue': title })).toEqual([
      `report-issue is "${title}". It must be the title of an issue, or empty.`,
    ]);
  });

  test('the GitHub context is github.com without a run page in an empty environment', () => {
    expect(readGitHubContext({})).toEqual({ apiUrl: 'https://api.github.com', repository: '', runUrl: undefined });
    expect(readGitHubContext({ GITHUB_REPOSITORY: 'a/b', GITHUB_RUN_ID: '1' }).runUrl).toBe(
      'https://github.com/a/b/actions/runs/1',
    );
    expect(readGitHubContext({ GITHUB_API_URL: 'https://ghe.example//' }).apiUrl).toBe('https://ghe.example');
  });
});
