import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Body, parseBody } from '../../../src/cloudflare/envelope.ts';
import { runAside } from '../aside.ts';

const unredacted = (text: string): string => text;
const parseText = (text: string): Body => parseBody(text, unredacted);
const parse = (value: unknown): Body => parseText(JSON.stringify(value));
const isSuccess = (body: Body): boolean => body.kind === 'envelope' && body.success;

test('an envelope is parsed with all of its fields', () => {
  const error = { code: 6003, message: 'Invalid request headers' };
  const cause = { code: 6103, message: 'Invalid format for X-Auth-Key header' };
  const documentation_url = 'https://developers.cloudflare.com/x';
  const body = parse({
    success: false,
    errors: [{ ...error, documentation_url, source: { pointer: '/status' }, error_chain: [cause] }],
    messages: [],
    result: null,
    result_info: { count: 1, page: 2, per_page: 20, total_count: 21 },
  });
  expect(body).toEqual({
    kind: 'envelope',
    success: false,
    errors: [{ ...error, documentationUrl: documentation_url, pointer: '/status', chain: [cause] }],
    retryAfter: [],
    result: null,
    resultInfo: { totalCount: 21, perPage: 20 },
  });
});

test.each<[string, object]>([
  ['errors', { success: true, errors: [{ code: 1000, message: 'odd' }], messages: [], result: {} }],
  ['null messages', { success: true, errors: [], messages: null, result: {} }],
  ['nothing else', { success: true }],
])('an envelope with success and %s is a success', (_title, envelope) => {
  expect(isSuccess(parse(envelope))).toBe(true);
});

test.each<[string, object]>([
  ['no errors', { success: false, errors: [], messages: [], result: [] }],
  ['null', { success: false, errors: null, messages: null, result: null }],
  ['nothing else', { success: false }],
])('an envelope without success and with %s is a failure', (_title, envelope) => {
  expect(parse(envelope)).toMatchObject({ kind: 'envelope', success: false, errors: [] });
});

const coded = (code: number, message = 'm') => ({ code, message, chain: [] });

test.each<[string, unknown, unknown[]]>([
  ['code 0', [{ code: 0, message: 'zero' }], [coded(0, 'zero')]],
  ['no code', [{ message: 'none' }], [{ message: 'none', chain: [] }]],
  ['a number as text', [{ code: '1000', message: 'text' }], [coded(1000, 'text')]],
  ['a code that is a word', [{ code: 'not_allowed' }], [{ code: 'not_allowed', message: '', chain: [] }]],
  ['a code of another type', [{ code: [1], message: 'odd' }], [{ message: 'odd', chain: [] }]],
  ['no message', [{ code: 1 }], [coded(1, '')]],
  ['texts among them', ['x', null, 3, [1], ' ', { code: 1, message: 'm' }], [{ message: 'x', chain: [] }, coded(1)]],
  ['one text', 'x', [{ message: 'x', chain: [] }]],
  ['an object instead of a list', { code: 1 }, [coded(1, '')]],
  [
    'the same error twice',
    [
      { code: 1, message: 'm' },
      { code: 1, message: 'm' },
    ],
    [coded(1)],
  ],
  [
    'a chain that is not a list',
    [{ code: 1, message: 'm', error_chain: { code: 2 } }],
    [{ ...coded(1), chain: [{ code: 2, message: '' }] }],
  ],
  [
    'a chain with entries that are not objects',
    [{ code: 1, message: 'm', error_chain: [null, 'x', { code: 2 }] }],
    [
      {
        ...coded(1),
        chain: [{ message: 'x' }, { code: 2, message: '' }],
      },
    ],
  ],
  [
    'a chain in a chain',
    [{ code: 1, message: 'm', error_chain: [{ code: 2, error_chain: [{ code: 3, error_chain: [{ code: 4 }] }] }] }],
    [{ ...coded(1), chain: [2, 3, 4].map((code) => ({ code, message: '' })) }],
  ],
  [
    'other fields of unexpected types',
    [{ code: 1, message: 'm', documentation_url: 1, source: '/status' }],
    [coded(1)],
  ],
  ['a source without a pointer', [{ code: 1, message: 'm', source: {} }], [coded(1)]],
])('errors with %s keep what can be parsed', (_title, errors, expected) => {
  expect(parse({ success: false, errors })).toMatchObject({ kind: 'envelope', success: false, errors: expected });
});

test('texts of an error are truncated to 500 characters', () => {
  const long = 'x'.repeat(501);
  const error = { code: 1, message: long, documentation_url: long, source: { pointer: long } };
  const truncated = `${'x'.repeat(499)}…`;
  expect(parse({ success: false, errors: [{ ...error, error_chain: [{ message: long }] }] })).toMatchObject({
    errors: [{ message: truncated, documentationUrl: truncated, pointer: truncated, chain: [{ message: truncated }] }],
  });
  const whole = 'x'.repeat(500);
  expect(parse({ success: false, errors: [{ message: whole }] })).toMatchObject({ errors: [{ message: whole }] });
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
])('the paging %j keeps its numbers alone', (resultInfo, expected) => {
  expect(parse({ success: true, result: [], result_info: resultInfo })).toHaveProperty('resultInfo', expected);
});

const PROBLEM = {
  type: 'https://developers.cloudflare.com/x',
  title: 'Error 520: Web server is returning an unknown error',
  status: 520,
  detail: 'The origin returned something odd.',
  error_code: 520,
  cloudflare_error: true,
  retryable: true,
  retry_after: 12,
};

test.each<[string, object, object]>([
  [
    'from Cloudflare’s edge',
    PROBLEM,
    {
      kind: 'problem',
      errors: [
        {
          code: 520,
          message: 'Error 520: Web server is returning an unknown error: The origin returned something odd.',
          chain: [],
        },
      ],
      retryable: true,
      retryAfter: [12],
    },
  ],
  [
    'with the mark of Cloudflare alone',
    { cloudflare_error: true },
    { kind: 'problem', errors: [], retryable: undefined, retryAfter: [] },
  ],
])('a problem %s is parsed with all of its fields', (_title, body, expected) => {
  expect(parse(body)).toEqual(expected);
});

test.each<[string, object, object]>([
  ['a title and a status', { title: 'Odd', status: 500 }, { errors: [{ message: 'Odd' }] }],
  ['retryable: false', { ...PROBLEM, retryable: false }, { retryable: false }],
  ['retryable: "no"', { ...PROBLEM, retryable: 'no' }, { retryable: undefined }],
  ['a long text', { ...PROBLEM, title: 'x'.repeat(600), detail: 5 }, { errors: [{ message: `${'x'.repeat(499)}…` }] }],
])('a problem with %s is parsed', (_title, body, expected) => {
  expect(parse(body)).toMatchObject({ kind: 'problem', ...expected });
});

test('a problem with a number as text has its code', () => {
  expect(parse({ ...PROBLEM, error_code: '520' }).errors).toMatchObject([{ code: 520 }]);
});

const said = (message: string) => ({ message, chain: [] });

test.each<[string, object, object[]]>([
  ['messages', { messages: ['first', { code: 7, message: 'second' }] }, [said('first'), coded(7, 'second')]],
  ['error as text', { error: 'no' }, [said('no')]],
  ['error as an object', { error: { code: 7, message: 'no' } }, [coded(7, 'no')]],
  ['error and its description', { error: 'no', error_description: 'never' }, [said('no'), said('never')]],
  ['message', { message: 'no' }, [said('no')]],
  ['message and code', { code: '7', message: 'no' }, [coded(7, 'no')]],
  ['title and detail', { title: 'No', detail: 'never', message: 'ever' }, [said('No: never'), said('ever')]],
  ['errors and messages', { errors: [{ code: 7, message: 'no' }], messages: ['why'] }, [coded(7, 'no'), said('why')]],
  ['the same text twice', { error: 'no', message: 'no' }, [said('no')]],
  ['another member', { errors: [], hint: 'no' }, [said('{"success":false,"errors":[],"hint":"no"}')]],
  [
    'an empty error and another member',
    { errors: [{}], hint: 'no' },
    [said(''), said('{"success":false,"errors":[{}],"hint":"no"}')],
  ],
])('the reason of a failure is found in %s', (_title, members, errors) => {
  expect(parse({ success: false, ...members }).errors).toEqual(errors.map((error) => expect.objectContaining(error)));
});

test.each<[string, object, unknown[]]>([
  ['at the top', { retry_after: 12 }, [12]],
  ['beside an error', { errors: [{ code: 1, retry_after: '7' }], retry_after: 0 }, [0, '7']],
  ['in the error', { error: { retry_after: 9 } }, [9]],
])('a delay %s of a body is kept', (_title, members, retryAfter) => {
  expect(parse({ success: false, ...members })).toMatchObject({ retryAfter });
});

test('a credential in pieces is found in the title of a page', () => {
  const redact = (text: string): string => text.replaceAll('secret-credential', '***');
  const page = '<html><title>secret<!-- x -->-creden<!-- y -->tial</title></html>';
  expect(parseBody(page, redact)).toMatchObject({ description: 'an HTML page titled "***"' });
});

test('at most a thousand delays of a body are kept', () => {
  const errors = Array(200_000).fill({ retry_after: 1 });
  expect(parse({ success: false, errors }).retryAfter).toHaveLength(1_000);
});

test('a deeply nested body is described', () => {
  const open = 100_000;
  const chain = `${'{"code":1,"error_chain":['.repeat(open)}${']}'.repeat(open)}`;
  expect(parseText(`{"success":false,"errors":[${chain}]}`).errors).toHaveLength(1);
  const nested = parseText(`{"x":${'['.repeat(open)}${']'.repeat(open)}}`);
  expect(nested).toMatchObject({ kind: 'unreadable', description: expect.stringMatching(/: nested too deep$/) });
});

test.concurrent.each(['<!--', '<title', '<?xml', '{"', 'error code: 1', '--><!--'])(
  'a body that repeats %j 300,000 times is described in linear time',
  async (part) => {
    const script = "console.log(module.parseBody('<' + input.repeat(300_000), (text) => text).kind);";
    const { stdout } = await runAside('cloudflare/envelope.ts', script, { input: part });
    expect(stdout).toMatch(/^(?:page|unreadable)\n$/);
  },
);

test('at most a thousand errors and entries of a chain are kept', () => {
  const many = Array.from({ length: 1_500 }, (_, code) => ({ code, message: 'no' }));
  expect(parse({ success: false, errors: many }).errors).toHaveLength(1_000);
  const [error] = parse({ success: false, errors: [{ code: 1, message: 'no', error_chain: many }] }).errors;
  expect(error?.chain).toHaveLength(1_000);
});

test('a short text of the edge is an error with its code', () => {
  const text = `error code: 1010 ${'x'.repeat(100)}`;
  const errors = [{ code: 1010, message: text.slice(0, 50), chain: [] }];
  expect(parseText(text)).toEqual({ kind: 'page', description: `text: "${text}"`, errors });
});

test.each<[unknown, object]>([
  [12, { code: 12 }],
  ['12', { code: 12 }],
  ['123456789', { code: 123_456_789 }],
  ['1234567890', { code: '1234567890' }],
  ['x12', { code: 'x12' }],
  ['12x', { code: '12x' }],
  ['x'.repeat(501), { code: `${'x'.repeat(499)}…` }],
  ['', {}],
  [null, {}],
  [true, {}],
  [{}, {}],
  [{ toString: '' }, {}],
])('the code %j of an error becomes %j', (code, expected) => {
  expect(parse({ success: false, errors: [{ code, message: 'no' }] })).toMatchObject({
    errors: [{ message: 'no', chain: [] }],
  });
  const [{ code: kept } = {}] = parse({ success: false, errors: [{ code, message: 'no' }] }).errors;
  expect(kept === undefined ? {} : { code: kept }).toEqual(expected);
});

test('a text in place of an error is trimmed', () => {
  expect(parse({ success: false, errors: ['  no  '] })).toMatchObject({ errors: [{ message: 'no', chain: [] }] });
});

test('a problem with success is an envelope', () => {
  expect(parse({ ...PROBLEM, success: false })).toHaveProperty('kind', 'envelope');
});

const isPage = (text: string): boolean => /HTML page|^text: "error code/.test(text);
const NOT_A_RESPONSE = 'JSON that is not a response of the API (it has no "success")';

test.each<[string, string]>([
  ['', 'an empty body'],
  [' \r\n\t ', 'an empty body'],
  ['<html><head><title>502 Bad Gateway</title></head></html>', 'an HTML page titled "502 Bad Gateway"'],
  ['\n<!DOCTYPE html>\n<title class="x">\n Log in </title>', 'an HTML page titled "Log in"'],
  [`<html><title>${'x'.repeat(201)}</title>`, `an HTML page titled "${'x'.repeat(199)}…"`],
  [`<html><title>${'x'.repeat(200)}</title>`, `an HTML page titled "${'x'.repeat(200)}"`],
  ['Bad Gateway: <!DOCTYPE html><title>Log in</title>', 'an HTML page titled "Log in"'],
  ['a <title> and a <body> in a text', 'text: "a <title> and a <body> in a text"'],
  ['<!doctype HTML><p>no title', 'an HTML page'],
  ['<HTML><title></title>', 'an HTML page'],
  [
    '\uFEFF\r\n<!-- a comment <title>no</title> --><?xml version="1.0"?>\n<html><title>yes</title>',
    'an HTML page titled "yes"',
  ],
  [`<!--${'x'.repeat(30_000)}--><!-- y --><title>\n late\n title </title>`, 'an HTML page titled "late title"'],
  ['<?xml version="1.0"?><note>no page</note>', 'text: "<?xml version="1.0"?><note>no page</note>"'],
  ['<header>no page</header>', 'text: "<header>no page</header>"'],
  ['error code: 1010', 'text: "error code: 1010"'],
  ['see error code: 1010', 'text: "see error code: 1010"'],
  ['upstream request timeout', 'text: "upstream request timeout"'],
  ['<xml/>', 'text: "<xml/>"'],
  ['y'.repeat(201), `text: "${'y'.repeat(199)}…"`],
  ['y'.repeat(200), `text: "${'y'.repeat(200)}"`],
  ['{"success":true,"result":{"status":"accep', 'JSON that is broken or cut off'],
  ['[{"success":true}', 'JSON that is broken or cut off'],
  ['"success', 'JSON that is broken or cut off'],
  ['[]', 'JSON that is not an object: []'],
  ['[{"success":true}]', 'JSON that is not an object: [{"success":true}]'],
  ['null', 'JSON that is not an object: null'],
  ['true', 'JSON that is not an object: true'],
  ['"success"', 'JSON that is not an object: "success"'],
  ['{}', `${NOT_A_RESPONSE}: {}`],
  ['{"success":"true"}', `${NOT_A_RESPONSE}: {"success":"true"}`],
  ['{"success":1}', `${NOT_A_RESPONSE}: {"success":1}`],
  ['{"success":null}', `${NOT_A_RESPONSE}: {"success":null}`],
  ['{"title":"Odd"}', NOT_A_RESPONSE],
  ['{"title":1,"status":500}', `${NOT_A_RESPONSE}: {"title":1,"status":500}`],
  ['{"title":"Odd","status":"500"}', NOT_A_RESPONSE],
  ['{"cloudflare_error":"true"}', `${NOT_A_RESPONSE}: {"cloudflare_error":"true"}`],
])('the body %j is described as %s', (text, description) => {
  expect(parseText(text)).toMatchObject({ kind: isPage(description) ? 'page' : 'unreadable', description });
});

test('every text in a body is redacted before it is truncated', () => {
  const redact = (text: string): string => text.replaceAll('SECRET', '***');
  const text = `${'x'.repeat(496)}SECRET`;
  const redacted = `${'x'.repeat(496)}***`;
  const error = { code: 1, message: text, documentation_url: text, source: { pointer: text } };
  const result = { status: 'SECRET', nested: [{ name: 'a SECRET' }] };
  const envelope = { success: false, errors: [{ ...error, error_chain: [{ message: text }] }], result };
  expect(parseBody(JSON.stringify(envelope), redact)).toMatchObject({
    errors: [{ message: redacted, documentationUrl: redacted, pointer: redacted, chain: [{ message: redacted }] }],
    result: { status: '***', nested: [{ name: 'a ***' }] },
  });
  const problem = parseBody(JSON.stringify({ ...PROBLEM, title: 'SECRET', detail: 'SECRET' }), redact);
  expect(problem).toMatchObject({ errors: [{ message: '***: ***' }] });
  const words = parseBody('{"success":false,"\\u0053ECRET":"\\u0053ECRET"}', redact);
  expect(words.errors).toEqual([said('{"success":false,"***":"***"}')]);
  const title = `${'x'.repeat(196)}SECRET`;
  for (const body of [`<html><title>${title}</title>`, title]) {
    expect(parseBody(body, redact)).toMatchObject({ description: expect.stringContaining('x***"') });
  }
});

test('a status of Cloudflare’s own is not redacted, but the same text elsewhere is', () => {
  const result = { status: 'accepted', roles: ['accepted'] };
  expect(parseBody(JSON.stringify({ success: true, result }), () => '***')).toMatchObject({
    result: { status: 'accepted', roles: ['***'] },
  });
});

test('no text is a success', () => {
  const codeUnits = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));
  fc.assert(
    fc.property(fc.oneof(fc.string(), codeUnits), (text) => {
      expect(isSuccess(parseText(text))).toBe(false);
    }),
  );
});

test('JSON is a success if, and only if, it is an object whose success is true', () => {
  const envelope = fc.record(
    {
      success: fc.constantFrom<unknown>(true, false, 'true', 1, null, [true], undefined),
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
      const isTrue = typeof value === 'object' && value !== null && 'success' in value && value.success === true;
      expect(isSuccess(parse(value))).toBe(isTrue);
    }),
  );
});

test('a success that is cut off anywhere is not a success', () => {
  const result = { id: 'abc', status: 'accepted' };
  const whole = JSON.stringify({ success: true, errors: [], messages: [], result });
  expect(isSuccess(parseText(whole))).toBe(true);
  for (let length = 0; length < whole.length; length += 1) {
    expect(isSuccess(parseText(whole.slice(0, length))), `after ${length} characters`).toBe(false);
  }
});
