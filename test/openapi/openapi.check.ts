import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { describe, expect, test } from 'vitest';
import {
  BASE_PATH,
  CloudflareSandbox,
  changedResult,
  type SandboxOptions,
  type SandboxRequest,
  tooManyRequests,
} from '../../sandbox/cloudflare.ts';
import { DEMO_IDS, demoAccount } from '../../sandbox/demo-account.ts';
import { systemClock } from '../../src/clock.ts';
import { CASES } from '../cases/all.ts';
import { playInProcess } from '../cases/play.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
type JsonObject = { readonly [name: string]: Json };

interface Operation {
  /** Path of the description, with parameters in braces. */
  readonly path: string;
  readonly method: string;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
const JSON_CONTENT = ['content', 'application/json', 'schema'];

/**
 * Cloudflare's description does not mention paging, without which only the first invites could be found. Tools that
 * work send these two parameters.
 */
const UNDECLARED_QUERY: Readonly<Record<string, readonly string[]>> = { '/user/invites': ['page', 'per_page'] };

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readDescription(): JsonObject {
  const file = process.env.CLOUDFLARE_OPENAPI;
  if (!file) throw new Error("Set CLOUDFLARE_OPENAPI to the file with Cloudflare's OpenAPI description.");
  let description: unknown;
  try {
    description = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`CLOUDFLARE_OPENAPI is ${file}, which cannot be read as JSON.`, { cause });
  }
  if (isObject(description) && isObject(description.paths)) return description;
  throw new Error(`CLOUDFLARE_OPENAPI is ${file}, which has no OpenAPI description.`);
}

/** Converts an OpenAPI 3.0 schema to JSON Schema: `nullable` becomes a type, and keys beside a `$ref` are ignored. */
function toJsonSchema(value: Json): Json {
  if (Array.isArray(value)) return value.map(toJsonSchema);
  if (!isObject(value)) return value;
  if (typeof value.$ref === 'string') return { $ref: value.$ref };
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, name === 'example' ? part : toJsonSchema(part)]),
  );
  if (nullable !== true) return rest;
  return {
    ...rest,
    ...(typeof rest.type === 'string' && { type: [rest.type, 'null'] }),
    ...(Array.isArray(rest.enum) && { enum: [...new Set([...rest.enum, null])] }),
  };
}

/** Checks requests and responses against an OpenAPI description. Every problem is one text. */
class Description {
  readonly #document: JsonObject;
  readonly #ajv = new Ajv({ strict: false, allErrors: true });

  constructor(document: JsonObject) {
    this.#document = document;
    // RFC 3339, section 5.6.
    const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;
    this.#ajv.addFormat('date-time', (text) => dateTime.test(text) && !Number.isNaN(Date.parse(text)));
    this.#ajv.addSchema(toJsonSchema(document) as object, 'description');
  }

  /** The operation of a request; undefined if the description has none. */
  operation(method: string, path: string): (Operation & { readonly parts: readonly string[] }) | undefined {
    const { pathname } = new URL(path, 'http://description.invalid');
    const lower = method.toLowerCase();
    if (!pathname.startsWith(`${BASE_PATH}/`) || !METHODS.includes(lower)) return undefined;
    const parts = pathname.slice(BASE_PATH.length).split('/');
    const matches = (template: string): boolean => {
      const names = template.split('/');
      const matchesPart = (name: string, index: number) =>
        name.startsWith('{') ? parts[index] !== '' : name === parts[index];
      return names.length === parts.length && names.every(matchesPart);
    };
    const template = Object.keys(this.#at(['paths']) ?? {}).find(
      (candidate) => matches(candidate) && this.#at(['paths', candidate, lower]) !== undefined,
    );
    return template === undefined ? undefined : { path: template, method: lower, parts };
  }

  /** Problems of a request. */
  request({ method, path, headers, body }: SandboxRequest): readonly string[] {
    const operation = this.operation(method, path);
    if (operation === undefined) return [`${method} ${path} is not an operation`];
    const at = ['paths', operation.path, operation.method];
    const declared = this.#at([...at, 'parameters']);
    const parameters = Array.isArray(declared) ? declared.filter(isObject) : [];
    const problems = parameters.flatMap((parameter, index) => {
      const part = operation.parts[operation.path.split('/').indexOf(`{${parameter.name}}`)] ?? '';
      const pointer = [...at, 'parameters', String(index), 'schema'];
      return parameter.in === 'path' ? this.#validate(pointer, decodeURIComponent(part)) : [];
    });
    const known = parameters.flatMap((parameter) => (parameter.in === 'query' ? [parameter.name] : []));
    const { searchParams } = new URL(path, 'http://description.invalid');
    const unknown = [...searchParams.keys()].filter(
      (name) => !known.includes(name) && !UNDECLARED_QUERY[operation.path]?.includes(name),
    );
    problems.push(...unknown.map((name) => `${method} ${operation.path} has no query parameter ${name}`));
    const pointer = [...at, 'requestBody', ...JSON_CONTENT];
    if (this.#at(pointer) === undefined) return body === '' ? problems : [...problems, `${method} has no body`];
    if (!/^application\/json\b/.test(headers['content-type'] ?? '')) problems.push('the content type is not JSON');
    return [...problems, ...this.#validateText(pointer, body)];
  }

  /** Problems of a response to an operation. */
  response({ path, method }: Operation, status: number, body: string): readonly string[] {
    const pointer = ['paths', path, method, 'responses'];
    const key = [String(status), `${Math.floor(status / 100)}XX`].find((name) => this.#at([...pointer, name]));
    if (key === undefined) return [`${method} ${path} has no response with HTTP ${status}`];
    return this.#validateText([...pointer, key, ...JSON_CONTENT], body);
  }

  #at(pointer: readonly string[]): Json | undefined {
    let value: Json | undefined = this.#document;
    for (const name of pointer) {
      if (Array.isArray(value)) value = value[Number(name)];
      else value = isObject(value) ? value[name] : undefined;
    }
    return value;
  }

  #validateText(pointer: readonly string[], text: string): readonly string[] {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return [`not JSON: ${text}`];
    }
    return this.#validate(pointer, value);
  }

  #validate(pointer: readonly string[], value: unknown): readonly string[] {
    const escaped = pointer.map((name) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1')));
    const validate: ValidateFunction | undefined = this.#ajv.getSchema(`description#/${escaped.join('/')}`);
    if (validate === undefined) return [`the description has no schema at ${pointer.join(' ')}`];
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || 'the value'} ${message}`);
  }
}

const description = new Description(readDescription());
const { credentials } = demoAccount(0);
const withToken = { authorization: `Bearer ${credentials.token}` };
const withKey = { 'x-auth-email': credentials.email, 'x-auth-key': credentials.key };
const LIST = `${BASE_PATH}/user/invites`;
const MEMBERSHIPS = `${BASE_PATH}/memberships`;
const INVITE = `${LIST}/${DEMO_IDS.acmeDns}`;

interface Exchange {
  readonly name?: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly options?: Partial<SandboxOptions>;
  /** Status and error code. */
  readonly expected?: string;
}

/** Sends a request to the sandbox and checks the response against the description. */
async function send(exchange: Exchange): Promise<{ outcome: string; problems: readonly string[] }> {
  const { method = 'GET', path = INVITE, headers = withToken, body = '', options = {} } = exchange;
  const sandbox = new CloudflareSandbox({ clock: systemClock, ...demoAccount(Date.now()), ...options });
  const json = body === '' ? {} : { 'content-type': 'application/json' };
  const reply = await sandbox.handle({ method, path, headers: { ...json, ...headers }, body });
  if (reply.kind !== 'full') throw new Error(`The sandbox gave no full response: ${reply.kind}`);
  // For an unknown operation, use the schema of the most similar one.
  const similar = path.startsWith(`${LIST}/`) ? '/user/invites/{invite_id}' : '/user/invites';
  const operation = description.operation(method, path) ?? { path: similar, method: 'get' };
  const { errors } = JSON.parse(reply.body) as { errors: readonly { code: number }[] };
  return {
    outcome: [reply.status, ...errors.map(({ code }) => code)].join(' '),
    problems: description.response(operation, reply.status, reply.body),
  };
}

const accept = { method: 'PATCH', body: '{"status":"accepted"}' };
const invite = (id: string) => ({ path: `${LIST}/${id}` });
const empty = { requests: 0, windowMs: 60_000 };

const successes: readonly Exchange[] = [
  { name: 'the list', path: LIST },
  { name: 'the list with the key', path: LIST, headers: withKey },
  { name: 'a page of the list', path: `${LIST}?page=2&per_page=3`, options: { honourPerPage: true } },
  { name: 'a page after the last', path: `${LIST}?page=99` },
  { name: 'an empty list', path: LIST, options: { invites: [] } },
  { name: 'a list without result_info', path: LIST, options: { resultInfo: 'missing' } },
  { name: 'a list with a wrong result_info', path: LIST, options: { resultInfo: 'wrong' } },
  ...Object.entries(DEMO_IDS).map(([name, id]) => ({ name: `the invite ${name}`, ...invite(id) })),
  ...[
    { name: 'the list of memberships', path: MEMBERSHIPS },
    { name: 'pending memberships', path: `${MEMBERSHIPS}?status=pending&page=1&per_page=50` },
    { name: 'a membership', path: `${MEMBERSHIPS}/${DEMO_IDS.acmeDns}` },
    { name: 'an accepted membership', ...accept, method: 'PUT', path: `${MEMBERSHIPS}/${DEMO_IDS.acmeDns}` },
  ].map((exchange) => ({ ...exchange, options: { memberships: {} } })),
  { name: 'an acceptance', ...accept },
  { name: 'a rejection', method: 'PATCH', body: '{"status":"rejected"}', headers: withKey },
  {
    name: 'a second acceptance, on a server that allows it',
    ...accept,
    ...invite(DEMO_IDS.accepted),
    options: { repeatedResponse: 'same' },
  },
  {
    name: 'an invite with the required fields only',
    options: { invites: [{ id: DEMO_IDS.acmeDns, organization_id: 'o', invited_member_id: null }] },
  },
];

const withText = { ...withToken, 'content-type': 'text/plain' };

const refusals: readonly Exchange[] = [
  { name: 'a GET of an unknown invite', ...invite('unknown'), expected: '400 7003' },
  { name: 'an acceptance of an unknown invite', ...accept, ...invite('unknown'), expected: '400 7003' },
  { name: 'a second acceptance', ...accept, ...invite(DEMO_IDS.accepted), expected: '400 1001' },
  { name: 'an acceptance of an expired invite', ...accept, ...invite(DEMO_IDS.expired), expected: '400 1001' },
  { name: 'an unknown status', method: 'PATCH', body: '{"status":"maybe"}', expected: '400 1001' },
  { name: 'a body without status', method: 'PATCH', body: '{}', expected: '400 1001' },
  { name: 'a body that is not JSON', method: 'PATCH', body: '{', expected: '400 6007' },
  { name: 'another content type', ...accept, headers: withText, expected: '400 6002' },
  { name: 'an unknown path', path: `${BASE_PATH}/user/invitations`, expected: '400 7000' },
  { name: 'an unknown method of an invite', method: 'PUT', body: '{}', expected: '405 10405' },
  { name: 'an unknown method of the list', method: 'POST', path: LIST, body: '{}', expected: '405 10405' },
  { name: 'too many requests', options: { rateLimit: empty }, expected: '429 10100' },
  { name: 'too many PATCHes', ...accept, options: { rateLimit: { ...empty, announce: true } }, expected: '429 10100' },
  { name: 'too many lists', path: LIST, options: { rateLimit: empty }, expected: '429 10100' },
];

/** Every refusal of credentials, for every operation. */
const credentialRefusals: readonly Exchange[] = [
  { name: 'no credentials', headers: {}, expected: '400 9106' },
  { name: 'a key without e-mail', headers: { 'x-auth-key': credentials.key }, expected: '400 9106' },
  { name: 'a malformed e-mail', headers: { ...withKey, 'x-auth-email': 'bot' }, expected: '400 6003' },
  { name: 'a malformed key', headers: { ...withKey, 'x-auth-key': 'short' }, expected: '400 6003' },
  { name: 'a malformed token', headers: { authorization: 'Bearer short' }, expected: '400 6003' },
  { name: 'another scheme', headers: { authorization: `Basic ${credentials.token}` }, expected: '400 6003' },
  { name: 'an unknown token', headers: { authorization: 'Bearer cfut_unknown' }, expected: '401 1000' },
  { name: 'a revoked token', options: { revokeAfter: 0 }, expected: '401 1000' },
  { name: 'a token of an account', headers: { authorization: 'Bearer cfat_account' }, expected: '403 9109' },
  { name: 'an unknown key', headers: { ...withKey, 'x-auth-key': 'cfk_unknown' }, expected: '403 9103' },
  { name: 'a revoked key', headers: withKey, options: { revokeAfter: 0 }, expected: '403 9103' },
  { name: 'a token of the wrong scheme', options: { tokenRefusal: { as: 'scheme' } }, expected: '405 10000' },
  { name: 'a token without permission', options: { tokenRefusal: { as: 'permission' } }, expected: '403 10000' },
  { name: 'a token without access', options: { tokenRefusal: { as: 'resource' } }, expected: '403 9109' },
  { name: 'a token from another location', options: { tokenRefusal: { as: 'location' } }, expected: '403 9109' },
];

const credentialExchanges = credentialRefusals.flatMap((exchange) => [
  { ...exchange, name: `a GET of the list with ${exchange.name}`, path: LIST },
  { ...exchange, name: `a GET with ${exchange.name}` },
  { ...exchange, name: `a PATCH with ${exchange.name}`, ...accept },
]);

describe('the sandbox', () => {
  test.for([...successes, ...refusals, ...credentialExchanges].map((exchange) => ({ expected: '200', ...exchange })))(
    'the sandbox responds to $name with $expected, as Cloudflare describes it',
    async (exchange) => {
      expect(await send(exchange)).toEqual({ outcome: exchange.expected, problems: [] });
    },
  );

  test.for([
    { what: 'an unknown status', changes: { status: 'maybe' } },
    { what: 'no organization', changes: { organization_id: undefined } },
    { what: 'null where null is not allowed', changes: { organization_id: null } },
    { what: 'an id of 33 characters', changes: { id: 'a'.repeat(33) } },
    { what: 'an invalid date', changes: { expires_on: 'tomorrow' } },
    { what: 'roles that are objects', changes: { roles: [{ name: 'DNS' }] } },
  ])('the description finds an invite with $what', async ({ changes }) => {
    const { problems } = await send({ options: { faults: [changedResult('bad', changes)] } });
    expect(problems).not.toEqual([]);
  });

  test('the description finds a bad entry of the list', async () => {
    const { problems } = await send({ path: LIST, options: { extraListEntries: [null] } });
    expect(problems).toEqual(['/result/7 must be object']);
  });

  test('the description does not allow the error code 971, which Cloudflare sends', async () => {
    const { outcome, problems } = await send({ options: { faults: [tooManyRequests()] } });
    expect(outcome).toBe('429 971');
    expect(problems).toEqual(['/errors/0/code must be >= 1000']);
  });

  test.for([
    { what: 'without result', status: 400, changes: { result: undefined } },
    { what: 'with a result', status: 400, changes: { result: {} } },
    { what: 'that reports success', status: 400, changes: { success: true } },
    { what: 'without messages', status: 400, changes: { messages: undefined } },
    { what: 'with an unknown status', status: 500, changes: {} },
    { what: 'with the status of success', status: 200, changes: { result: undefined } },
  ])('the description finds a failure $what', ({ status, changes }) => {
    const operation = { path: '/user/invites/{invite_id}', method: 'patch' };
    const good = { success: false, errors: [], messages: [], result: null };
    expect(description.response(operation, 400, JSON.stringify(good))).toEqual([]);
    expect(description.response(operation, status, JSON.stringify({ ...good, ...changes }))).not.toEqual([]);
  });
});

describe('what the action sends', () => {
  test('every request of every case is one that Cloudflare describes', async () => {
    const problems: string[] = [];
    for (const testCase of CASES) {
      const { sandbox } = await playInProcess(testCase);
      problems.push(...sandbox.requests.flatMap((request) => description.request(request)));
    }
    expect(problems).toEqual([]);
  });

  const sent = { ...accept, path: INVITE, headers: { 'content-type': 'application/json' } };

  test.for([
    { what: 'another path', request: { ...sent, path: `${LIST}/a/b` } },
    { what: 'a path without the base', request: { ...sent, path: '/user/invites/a' } },
    { what: 'an empty id', request: { ...sent, path: `${LIST}/` } },
    { what: 'an id of 33 characters', request: { ...sent, path: `${LIST}/${'a'.repeat(33)}` } },
    { what: 'another method', request: { ...sent, method: 'PUT' } },
    { what: 'a PATCH of the list', request: { ...sent, path: LIST } },
    { what: 'another status', request: { ...sent, body: '{"status":"pending"}' } },
    { what: 'a body without status', request: { ...sent, body: '{}' } },
    { what: 'a body that is not JSON', request: { ...sent, body: 'status=accepted' } },
    { what: 'an empty body', request: { ...sent, body: '' } },
    { what: 'another content type', request: { ...sent, headers: { 'content-type': 'text/plain' } } },
    { what: 'a body of GET', request: { ...sent, method: 'GET' } },
    { what: 'a query of one invite', request: { ...sent, method: 'GET', body: '', path: `${INVITE}?page=1` } },
  ])('the description finds a request with $what', ({ request }) => {
    expect(description.request(sent)).toEqual([]);
    expect(description.request(request)).not.toEqual([]);
  });
});
