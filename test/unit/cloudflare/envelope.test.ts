import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Body, parseBody, toInvite } from '../../../src/cloudflare/envelope.ts';
import type { Invite } from '../../../src/cloudflare/invite.ts';

const parse = (value: unknown): Body => parseBody(JSON.stringify(value));
const isSuccess = (body: Body): boolean => body.kind === 'envelope' && body.success;

describe('an envelope', () => {
  test('is understood as a whole', () => {
    const body = parse({
      success: false,
      errors: [
        {
          code: 6003,
          message: 'Invalid request headers',
          documentation_url: 'https://developers.cloudflare.com/x',
          source: { pointer: '/status' },
          error_chain: [{ code: 6103, message: 'Invalid format for X-Auth-Key header' }],
        },
      ],
      messages: [],
      result: null,
      result_info: { count: 1, page: 2, per_page: 20, total_count: 21 },
    });
    expect(body).toEqual({
      kind: 'envelope',
      success: false,
      errors: [
        {
          code: 6003,
          message: 'Invalid request headers',
          documentationUrl: 'https://developers.cloudflare.com/x',
          pointer: '/status',
          chain: [{ code: 6103, message: 'Invalid format for X-Auth-Key header' }],
        },
      ],
      result: null,
      resultInfo: { totalCount: 21, perPage: 20 },
    });
  });

  test.each<[string, object]>([
    ['errors beside success', { success: true, errors: [{ code: 1000, message: 'odd' }], messages: [], result: {} }],
    ['null messages', { success: true, errors: [], messages: null, result: {} }],
    ['nothing but success', { success: true }],
  ])('is judged by success alone: %s', (_case, envelope) => {
    expect(isSuccess(parse(envelope))).toBe(true);
  });

  test.each<[string, object]>([
    ['no errors', { success: false, errors: [], messages: [], result: [] }],
    ['a result', { success: false, errors: null, result: { status: 'accepted' } }],
    ['no other field', { success: false }],
  ])('is a failure however little it says: %s', (_case, envelope) => {
    expect(parse(envelope)).toMatchObject({ kind: 'envelope', success: false, errors: [] });
  });

  test.each<[string, unknown, unknown[]]>([
    ['code 0', [{ code: 0, message: 'zero' }], [{ code: 0, message: 'zero', chain: [] }]],
    ['no code', [{ message: 'none' }], [{ message: 'none', chain: [] }]],
    ['a code as text', [{ code: '1000', message: 'text' }], [{ message: 'text', chain: [] }]],
    ['no message', [{ code: 1 }], [{ code: 1, message: '', chain: [] }]],
    [
      'entries that are no objects',
      ['x', null, 3, [1], { code: 1, message: 'm' }],
      [{ code: 1, message: 'm', chain: [] }],
    ],
    ['no list', { code: 1 }, []],
    ['a chain that is no list', [{ code: 1, message: 'm', error_chain: 'x' }], [{ code: 1, message: 'm', chain: [] }]],
    [
      'a chain with entries that are no objects',
      [{ code: 1, message: 'm', error_chain: [null, 'x', { code: 2 }] }],
      [{ code: 1, message: 'm', chain: [{ code: 2, message: '' }] }],
    ],
    [
      'other fields of unexpected types',
      [{ code: 1, message: 'm', documentation_url: 1, source: '/status' }],
      [{ code: 1, message: 'm', chain: [] }],
    ],
    ['a source without a pointer', [{ code: 1, message: 'm', source: {} }], [{ code: 1, message: 'm', chain: [] }]],
  ])('with odd errors keeps what can be understood: %s', (_case, errors, expected) => {
    expect(parse({ success: false, errors })).toMatchObject({ kind: 'envelope', success: false, errors: expected });
  });

  test('shortens what nobody can read, and nothing shorter than that', () => {
    const long = 'x'.repeat(501);
    const error = { code: 1, message: long, documentation_url: long, source: { pointer: long } };
    const cut = `${'x'.repeat(500)}…`;
    expect(parse({ success: false, errors: [{ ...error, error_chain: [{ message: long }] }] })).toMatchObject({
      errors: [{ message: cut, documentationUrl: cut, pointer: cut, chain: [{ message: cut }] }],
    });
    const readable = 'x'.repeat(500);
    expect(parse({ success: false, errors: [{ message: readable }] })).toMatchObject({
      errors: [{ message: readable }],
    });
  });

  test.each<[unknown, object]>([
    [{ total_count: 0 }, { totalCount: 0 }],
    [{ per_page: 20 }, { perPage: 20 }],
    [{ total_count: 7, per_page: '20' }, { totalCount: 7 }],
    [{ total_count: '7', per_page: 20 }, { perPage: 20 }],
    [{ count: 7, page: 1, total_pages: 3 }, {}],
    [null, {}],
    [[7], {}],
    [undefined, {}],
  ])('takes what is a number from the paging %j', (resultInfo, expected) => {
    expect(parse({ success: true, result: [], result_info: resultInfo })).toHaveProperty('resultInfo', expected);
  });
});

describe('a problem', () => {
  const problem = {
    type: 'https://developers.cloudflare.com/x',
    title: 'Error 520: Web server is returning an unknown error',
    status: 520,
    detail: 'The origin returned something odd.',
    error_code: 520,
    cloudflare_error: true,
    retryable: true,
    retry_after: 12,
  };

  test('of Cloudflare’s edge is understood as a whole', () => {
    expect(parse(problem)).toEqual({
      kind: 'problem',
      error: {
        code: 520,
        message: 'Error 520: Web server is returning an unknown error: The origin returned something odd.',
        chain: [],
      },
      retryable: true,
      retryAfter: 12,
    });
  });

  test.each<[string, object, object]>([
    [
      'marked as Cloudflare’s alone',
      { cloudflare_error: true },
      { kind: 'problem', error: { message: '', chain: [] } },
    ],
    ['with a title and a status alone', { title: 'Odd', status: 500 }, { kind: 'problem', error: { message: 'Odd' } }],
    ['that must not be retried', { ...problem, retryable: false }, { kind: 'problem', retryable: false }],
    ['that says nothing clear about it', { ...problem, retryable: 'no' }, { kind: 'problem', retryable: undefined }],
    ['with a code as text', { ...problem, error_code: '520' }, { kind: 'problem', error: { chain: [] } }],
    [
      'with a long text',
      { ...problem, title: 'x'.repeat(600), detail: 5 },
      { kind: 'problem', error: { message: `${'x'.repeat(500)}…` } },
    ],
  ])('%s', (_case, body, expected) => {
    expect(parse(body)).toMatchObject(expected);
  });

  test('without a number for a code has none', () => {
    const body = parse({ ...problem, error_code: '520' });
    expect(body.kind === 'problem' && 'code' in body.error).toBe(false);
  });

  test('is no problem when it has success', () => {
    expect(parse({ ...problem, success: false })).toHaveProperty('kind', 'envelope');
  });
});

describe('any other body is described', () => {
  test.each<[string, string]>([
    ['', 'an empty body'],
    [' \r\n\t ', 'an empty body'],
    ['<html><head><title>502 Bad Gateway</title></head></html>', 'an HTML page titled "502 Bad Gateway"'],
    ['\n<!DOCTYPE html>\n<title class="x">\n Log in </title>', 'an HTML page titled "Log in"'],
    [`<html><title>${'x'.repeat(201)}</title>`, `an HTML page titled "${'x'.repeat(200)}…"`],
    ['<!doctype HTML><p>no title', 'an HTML page'],
    ['<HTML><title></title>', 'an HTML page'],
    ['upstream request timeout', 'text: "upstream request timeout"'],
    ['<xml/>', 'text: "<xml/>"'],
    ['y'.repeat(201), `text: "${'y'.repeat(200)}…"`],
    ['{"success":true,"result":{"status":"accep', 'JSON that is broken or cut off'],
    ['[{"success":true}', 'JSON that is broken or cut off'],
    ['"success', 'JSON that is broken or cut off'],
    ['[]', 'JSON that is no object'],
    ['[{"success":true}]', 'JSON that is no object'],
    ['null', 'JSON that is no object'],
    ['true', 'JSON that is no object'],
    ['"success"', 'JSON that is no object'],
    ['{}', 'JSON that is no answer of the API (it has no "success")'],
    ['{"success":"true"}', 'JSON that is no answer of the API (it has no "success")'],
    ['{"success":1}', 'JSON that is no answer of the API (it has no "success")'],
    ['{"success":null}', 'JSON that is no answer of the API (it has no "success")'],
    ['{"title":"Odd"}', 'JSON that is no answer of the API (it has no "success")'],
    ['{"title":1,"status":500}', 'JSON that is no answer of the API (it has no "success")'],
    ['{"title":"Odd","status":"500"}', 'JSON that is no answer of the API (it has no "success")'],
    ['{"cloudflare_error":"true"}', 'JSON that is no answer of the API (it has no "success")'],
  ])('%j', (text, description) => {
    expect(parseBody(text)).toEqual({ kind: 'unreadable', description });
  });
});

describe('whatever a server sends', () => {
  test('any text is understood somehow and is no success', () => {
    const codeUnits = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(fc.oneof(fc.string(), codeUnits), (text) => {
        expect(isSuccess(parseBody(text))).toBe(false);
      }),
    );
  });

  test('any JSON is a success if, and only if, it is an object whose success is true', () => {
    const success = fc.constantFrom<unknown>(true, false, 'true', 1, null, [true], undefined);
    const envelope = fc.record(
      {
        success,
        errors: fc.oneof(
          fc.jsonValue(),
          fc.array(fc.dictionary(fc.constantFrom('code', 'message', 'source'), fc.jsonValue())),
        ),
        result: fc.jsonValue(),
        result_info: fc.jsonValue(),
        cloudflare_error: fc.boolean(),
      },
      { requiredKeys: ['success'] },
    );
    fc.assert(
      fc.property(fc.oneof(envelope, fc.jsonValue()), (value) => {
        const isTrue =
          typeof value === 'object' &&
          value !== null &&
          !Array.isArray(value) &&
          (value as { readonly success?: unknown }).success === true;
        expect(isSuccess(parse(value))).toBe(isTrue);
      }),
    );
  });

  test('a success that was cut anywhere is none', () => {
    const whole = JSON.stringify({
      success: true,
      errors: [],
      messages: [],
      result: { id: 'abc', status: 'accepted' },
    });
    expect(isSuccess(parseBody(whole))).toBe(true);
    for (let length = 0; length < whole.length; length += 1) {
      expect(isSuccess(parseBody(whole.slice(0, length))), `after ${length} characters`).toBe(false);
    }
  });
});

describe('an invite', () => {
  const full = {
    id: 'abc',
    status: 'pending',
    organization_id: 'org',
    organization_name: 'Acme, Inc.',
    organization_is_enforcing_twofactor: true,
    roles: ['DNS', 'Billing'],
    invited_by: 'it@acme.example',
    invited_on: '2026-11-20T09:00:00Z',
    expires_on: '2026-11-24T09:00:00Z',
    invited_member_id: 'member',
    invited_member_email: 'bot@example.net',
  } satisfies Invite;

  test('keeps all of its fields and no other', () => {
    expect(toInvite({ ...full, something: 'new' })).toEqual(full);
  });

  test.each(Object.keys(full).filter((name) => name !== 'roles'))('leaves out %s of another type', (name) => {
    const { [name as keyof Invite]: _, ...rest } = full as Invite;
    for (const value of [null, 5, ['x'], { x: 1 }, name === 'organization_is_enforcing_twofactor' ? 'true' : true]) {
      expect(toInvite({ ...full, [name]: value })).toEqual(rest);
    }
  });

  test('keeps empty texts and false', () => {
    const empty = { id: '', organization_name: '', organization_is_enforcing_twofactor: false, roles: [] };
    expect(toInvite(empty)).toEqual(empty);
  });

  test.each([undefined, null, 'abc', 5, true, [], [full]])('is not made of %j', (result) => {
    expect(toInvite(result)).toBeUndefined();
  });

  test.each<[string, unknown, readonly string[] | undefined]>([
    ['names', ['DNS', 'Billing'], ['DNS', 'Billing']],
    ['objects with a name', [{ id: '1', name: 'DNS' }, { name: 'Billing' }], ['DNS', 'Billing']],
    ['none', [], []],
    ['one name without a list', 'DNS', ['DNS']],
    ['one object without a list', { name: 'DNS' }, ['DNS']],
    ['left out', undefined, undefined],
    ['null', null, undefined],
    ['an object without a name', [{ id: '1' }], ['(unreadable role)']],
    ['a name that is no text', [{ name: 5 }], ['(unreadable role)']],
    ['no text', [null, 5, ['DNS'], 'DNS'], ['(unreadable role)', '(unreadable role)', '(unreadable role)', 'DNS']],
  ])('has the roles: %s', (_case, roles, expected) => {
    expect(toInvite({ roles })?.roles).toEqual(expected);
  });

  test('never loses a role, so that no policy can overlook one', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (roles) => {
        expect(toInvite({ roles })?.roles).toHaveLength(roles.length);
      }),
    );
  });

  test('holds texts, whatever was sent', () => {
    const names = fc.constantFrom(...Object.keys(full), '__proto__', 'toString');
    fc.assert(
      fc.property(fc.dictionary(names, fc.jsonValue()), (result) => {
        const { organization_is_enforcing_twofactor, roles, ...texts } = toInvite(result) ?? {};
        expect(Object.values(texts).filter((text) => typeof text !== 'string')).toEqual([]);
        expect((roles ?? []).filter((role) => typeof role !== 'string')).toEqual([]);
        expect([true, false, undefined]).toContain(organization_is_enforcing_twofactor);
      }),
    );
  });
});
