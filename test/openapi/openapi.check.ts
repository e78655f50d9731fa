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
  /** With its parameters in braces, as the description has it. */
  readonly path: string;
  readonly method: string;
  /** The values of the path's parameters. */
  readonly parameters: Readonly<Record<string, string>>;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
const JSON_CONTENT = ['content', 'application/json', 'schema'];

/**
 * Cloudflare's description does not mention paging, without which only the first invites could be found; tools that
 * are known to work send these two.
 */
const UNDECLARED_QUERY: Readonly<Record<string, readonly string[]>> = { '/user/invites': ['page', 'per_page'] };

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readDescription(): JsonObject {
  const file = process.env.CLOUDFLARE_OPENAPI;
  if (!file) {
    throw new Error("CLOUDFLARE_OPENAPI is not set: it names the file that holds Cloudflare's OpenAPI description");
  }
  let description: unknown;
  try {
    description = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`CLOUDFLARE_OPENAPI names ${file}, which cannot be read as JSON`, { cause });
  }
  if (!isObject(description) || !isObject(description.paths)) {
    throw new Error(`CLOUDFLARE_OPENAPI names ${file}, which is no OpenAPI description`);
  }
  return description;
}

/** An OpenAPI 3.0 schema as JSON Schema: `nullable` becomes a type, and what stands beside a `$ref` counts for nothing. */
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

/** Checks requests and answers against an OpenAPI description; what is wrong comes as one text each. */
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

  /** The operation that a request is, undefined if the description has none. */
  operation(method: string, path: string): Operation | undefined {
    const { pathname } = new URL(path, 'http://description.invalid');
    if (!pathname.startsWith(`${BASE_PATH}/`)) return undefined;
    const parts = pathname.slice(BASE_PATH.length).split('/');
    for (const [template, item] of Object.entries(this.#paths)) {
      const names = template.split('/');
      const fits = names.every((name, index) => (name.startsWith('{') ? parts[index] !== '' : name === parts[index]));
      if (names.length !== parts.length || !fits || !isObject(item)) continue;
      const lower = method.toLowerCase();
      if (!METHODS.includes(lower) || item[lower] === undefined) continue;
      const parameters = names.flatMap((name, index) =>
        name.startsWith('{') ? [[name.slice(1, -1), decodeURIComponent(parts[index] ?? '')] as const] : [],
      );
      return { path: template, method: lower, parameters: Object.fromEntries(parameters) };
    }
    return undefined;
  }

  /** What is wrong with a request. */
  request({ method, path, headers, body }: SandboxRequest): readonly string[] {
    const operation = this.operation(method, path);
    if (operation === undefined) return [`${method} ${path} is no operation`];
    const problems: string[] = [];
    const declared = this.#at(['paths', operation.path, operation.method, 'parameters']);
    const parameters = Array.isArray(declared) ? declared.filter(isObject) : [];
    for (const [index, parameter] of parameters.entries()) {
      if (parameter.in !== 'path') continue;
      const pointer = ['paths', operation.path, operation.method, 'parameters', String(index), 'schema'];
      problems.push(...this.#validate(pointer, operation.parameters[String(parameter.name)]));
    }
    const known = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => String(name));
    for (const name of new URL(path, 'http://description.invalid').searchParams.keys()) {
      if (!known.includes(name) && !UNDECLARED_QUERY[operation.path]?.includes(name)) {
        problems.push(`${name} is no query parameter of ${method} ${operation.path}`);
      }
    }
    const pointer = ['paths', operation.path, operation.method, 'requestBody', ...JSON_CONTENT];
    if (this.#at(pointer) === undefined) return body === '' ? problems : [...problems, `${method} takes no body`];
    if (!/^application\/json\b/.test(headers['content-type'] ?? '')) problems.push('the content type is not JSON');
    return [...problems, ...this.#validateText(pointer, body)];
  }

  /** What is wrong with an answer to an operation. */
  answer(operation: Pick<Operation, 'path' | 'method'>, status: number, body: string): readonly string[] {
    const pointer = ['paths', operation.path, operation.method, 'responses'];
    const key = [String(status), `${Math.floor(status / 100)}XX`].find((name) => this.#at([...pointer, name]));
    if (key === undefined) return [`HTTP ${status} is not among the answers of ${operation.method} ${operation.path}`];
    return this.#validateText([...pointer, key, ...JSON_CONTENT], body);
  }

  get #paths(): JsonObject {
    const { paths } = this.#document;
    return isObject(paths) ? paths : {};
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
      return [`no JSON: ${text}`];
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
const INVITE = `${LIST}/${DEMO_IDS.acmeDns}`;

interface Exchange {
  readonly name: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly options?: Partial<SandboxOptions>;
  /** Status and first error code. */
  readonly expected: string;
}

/** Asks the sandbox and resolves with what the description has against the answer. */
async function ask(exchange: Exchange): Promise<{ outcome: string; problems: readonly string[] }> {
  const { method = 'GET', path = INVITE, headers = withToken, body = '', options = {} } = exchange;
  const sandbox = new CloudflareSandbox({ clock: systemClock, ...demoAccount(Date.now()), ...options });
  const json = body === '' ? {} : { 'content-type': 'application/json' };
  const reply = await sandbox.handle({ method, path, headers: { ...json, ...headers }, body });
  if (reply.kind !== 'full') throw new Error(`The sandbox gave no full answer: ${reply.kind}`);
  const operation = description.operation(method, path) ??
    // What is no operation is still refused in the form of the operation beside it.
    (path.startsWith(`${LIST}/`) ? { path: '/user/invites/{invite_id}', method: 'get' } : undefined) ?? {
      path: '/user/invites',
      method: 'get',
    };
  const { errors } = JSON.parse(reply.body) as { errors: readonly { code: number }[] };
  return {
    outcome: [reply.status, ...errors.map(({ code }) => code)].join(' '),
    problems: description.answer(operation, reply.status, reply.body),
  };
}

const accept = { method: 'PATCH', body: '{"status":"accepted"}' };
const invite = (id: string) => ({ path: `${LIST}/${id}` });
const empty = { requests: 0, windowMs: 60_000 };

const successes: readonly Exchange[] = [
  { name: 'the list', path: LIST, expected: '200' },
  { name: 'the list with the key', path: LIST, headers: withKey, expected: '200' },
  { name: 'a page of the list', path: `${LIST}?page=2&per_page=3`, options: { honourPerPage: true }, expected: '200' },
  { name: 'a page behind the last', path: `${LIST}?page=99`, expected: '200' },
  { name: 'an empty list', path: LIST, options: { invites: [] }, expected: '200' },
  { name: 'a list without result_info', path: LIST, options: { resultInfo: 'missing' }, expected: '200' },
  { name: 'a list with a wrong result_info', path: LIST, options: { resultInfo: 'wrong' }, expected: '200' },
  ...Object.entries(DEMO_IDS).map(([name, id]) => ({ name: `the invite ${name}`, ...invite(id), expected: '200' })),
  { name: 'accepting', ...accept, expected: '200' },
  { name: 'rejecting', method: 'PATCH', body: '{"status":"rejected"}', headers: withKey, expected: '200' },
  {
    name: 'accepting what is accepted, on a server that does not mind',
    ...accept,
    ...invite(DEMO_IDS.accepted),
    options: { answeredTwice: 'same' },
    expected: '200',
  },
  {
    name: 'an invite with nothing but what is required',
    options: { invites: [{ id: DEMO_IDS.acmeDns, organization_id: 'o', invited_member_id: null }] },
    expected: '200',
  },
];

const refusals: readonly Exchange[] = [
  { name: 'reading an unknown invite', ...invite('unknown'), expected: '400 7003' },
  { name: 'accepting an unknown invite', ...accept, ...invite('unknown'), expected: '400 7003' },
  { name: 'accepting what is accepted', ...accept, ...invite(DEMO_IDS.accepted), expected: '400 1001' },
  { name: 'accepting what has expired', ...accept, ...invite(DEMO_IDS.expired), expected: '400 1001' },
  { name: 'an unknown status', method: 'PATCH', body: '{"status":"maybe"}', expected: '400 1001' },
  { name: 'a body without status', method: 'PATCH', body: '{}', expected: '400 1001' },
  { name: 'a body that is no JSON', method: 'PATCH', body: '{', expected: '400 6007' },
  {
    name: 'another content type',
    ...accept,
    headers: { ...withToken, 'content-type': 'text/plain' },
    expected: '400 6002',
  },
  { name: 'an unknown path', path: `${BASE_PATH}/user/invitations`, expected: '400 7000' },
  { name: 'an unknown method of an invite', method: 'PUT', body: '{}', expected: '405 10405' },
  { name: 'an unknown method of the list', method: 'POST', path: LIST, body: '{}', expected: '405 10405' },
  { name: 'too many requests', options: { rateLimit: empty }, expected: '429 10100' },
  { name: 'too many PATCHes', ...accept, options: { rateLimit: { ...empty, announce: true } }, expected: '429 10100' },
  { name: 'too many listings', path: LIST, options: { rateLimit: empty }, expected: '429 10100' },
];

/** Every way in which the sandbox refuses credentials; each holds for every operation. */
const credentialRefusals: readonly Exchange[] = [
  { name: 'no credentials', headers: {}, expected: '400 9106' },
  { name: 'a key without e-mail', headers: { 'x-auth-key': credentials.key }, expected: '400 9106' },
  { name: 'an e-mail that is none', headers: { ...withKey, 'x-auth-email': 'bot' }, expected: '400 6003' },
  { name: 'a key that is none', headers: { ...withKey, 'x-auth-key': 'short' }, expected: '400 6003' },
  { name: 'a token that is none', headers: { authorization: 'Bearer short' }, expected: '400 6003' },
  { name: 'another scheme', headers: { authorization: `Basic ${credentials.token}` }, expected: '400 6003' },
  { name: 'an unknown token', headers: { authorization: 'Bearer cfut_unknown' }, expected: '401 1000' },
  { name: 'a revoked token', options: { revokeAfter: 0 }, expected: '401 1000' },
  { name: 'a token of an account', headers: { authorization: 'Bearer cfat_account' }, expected: '403 9109' },
  { name: 'an unknown key', headers: { ...withKey, 'x-auth-key': 'cfk_unknown' }, expected: '403 9103' },
  { name: 'a revoked key', headers: withKey, options: { revokeAfter: 0 }, expected: '403 9103' },
  { name: 'a token of the wrong scheme', options: { tokenRefusal: { as: 'scheme' } }, expected: '405 10000' },
  { name: 'a token without permission', options: { tokenRefusal: { as: 'permission' } }, expected: '403 10000' },
  { name: 'a token without access', options: { tokenRefusal: { as: 'resource' } }, expected: '403 9109' },
  { name: 'a token used elsewhere', options: { tokenRefusal: { as: 'location' } }, expected: '403 9109' },
];

const everyOperation = [
  { operation: 'listing', request: { path: LIST } },
  { operation: 'reading', request: { path: INVITE } },
  { operation: 'answering', request: { ...accept, path: INVITE } },
];

describe('what the sandbox answers', () => {
  test.for([...successes, ...refusals])('$name gets $expected as Cloudflare describes it', async (exchange) => {
    expect(await ask(exchange)).toEqual({ outcome: exchange.expected, problems: [] });
  });

  test.for(
    everyOperation.flatMap(({ operation, request }) =>
      credentialRefusals.map((exchange) => ({ operation, ...exchange, ...request })),
    ),
  )('$operation with $name gets $expected as Cloudflare describes it', async (exchange) => {
    expect(await ask(exchange)).toEqual({ outcome: exchange.expected, problems: [] });
  });

  test.for([
    { what: 'an unknown status', changes: { status: 'maybe' } },
    { what: 'no organization', changes: { organization_id: undefined } },
    { what: 'null where null is not allowed', changes: { organization_id: null } },
    { what: 'an id of 33 characters', changes: { id: 'a'.repeat(33) } },
    { what: 'a date that is none', changes: { expires_on: 'tomorrow' } },
    { what: 'roles that are objects', changes: { roles: [{ name: 'DNS' }] } },
  ])('an invite with $what is not as Cloudflare describes it', async ({ changes }) => {
    const { problems } = await ask({ name: '', expected: '', options: { faults: [changedResult('bad', changes)] } });
    expect(problems).not.toEqual([]);
  });

  test('a list with a bad entry is not as Cloudflare describes it', async () => {
    const options = { extraListEntries: [null] };
    expect((await ask({ name: '', path: LIST, expected: '', options })).problems).toEqual(['/result/7 must be object']);
  });

  test('the error code 971, which Cloudflare sends, is not as Cloudflare describes it', async () => {
    const { outcome, problems } = await ask({ name: '', expected: '', options: { faults: [tooManyRequests()] } });
    expect(outcome).toBe('429 971');
    expect(problems).toEqual(['/errors/0/code must be >= 1000']);
  });

  test.for([
    { what: 'without result', status: 400, body: { success: false, errors: [], messages: [] } },
    { what: 'with a result', status: 400, body: { success: false, errors: [], messages: [], result: {} } },
    { what: 'that says success', status: 400, body: { success: true, errors: [], messages: [], result: null } },
    { what: 'without messages', status: 400, body: { success: false, errors: [], result: null } },
    { what: 'under an unknown status', status: 500, body: { success: false, errors: [], messages: [], result: null } },
    { what: 'under the status of success', status: 200, body: { success: false, errors: [], messages: [] } },
  ])('a failure $what is not as Cloudflare describes it', ({ status, body }) => {
    const operation = { path: '/user/invites/{invite_id}', method: 'patch' };
    const good = { success: false, errors: [], messages: [], result: null };
    expect(description.answer(operation, 400, JSON.stringify(good))).toEqual([]);
    expect(description.answer(operation, status, JSON.stringify(body))).not.toEqual([]);
  });
});

describe('what the action sends', () => {
  test('is what Cloudflare describes in every case of test/cases', async () => {
    const problems: string[] = [];
    for (const given of CASES) {
      const { sandbox } = await playInProcess(given);
      problems.push(...sandbox.requests.flatMap((request) => description.request(request)));
    }
    expect(problems).toEqual([]);
  });

  const sent = { ...accept, path: INVITE, headers: { 'content-type': 'application/json' } };

  test.for([
    { what: 'another path', request: { ...sent, path: `${LIST}/a/b` } },
    { what: 'a path without the base', request: { ...sent, path: '/user/invites/a' } },
    { what: 'no id', request: { ...sent, path: `${LIST}/` } },
    { what: 'an id of 33 characters', request: { ...sent, path: `${LIST}/${'a'.repeat(33)}` } },
    { what: 'another method', request: { ...sent, method: 'PUT' } },
    { what: 'a PATCH of the list', request: { ...sent, path: LIST } },
    { what: 'another status', request: { ...sent, body: '{"status":"pending"}' } },
    { what: 'no status', request: { ...sent, body: '{}' } },
    { what: 'a body that is no JSON', request: { ...sent, body: 'status=accepted' } },
    { what: 'no body', request: { ...sent, body: '' } },
    { what: 'another content type', request: { ...sent, headers: { 'content-type': 'text/plain' } } },
    { what: 'a read with a body', request: { ...sent, method: 'GET' } },
    { what: 'a read with a query', request: { ...sent, method: 'GET', body: '', path: `${INVITE}?page=1` } },
  ])('a request with $what is not what Cloudflare describes', ({ request }) => {
    expect(description.request(sent)).toEqual([]);
    expect(description.request(request)).not.toEqual([]);
  });
});
