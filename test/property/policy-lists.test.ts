import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError, parseInputs } from '../../src/inputs/parse.ts';
import { type FilterName, matchFilters } from '../../src/invites/filters.ts';
import { inputVariables, invite } from '../run.ts';

/** A stranger's invite, and the exclusion that was meant to keep it out of a list of everything. */
const STRANGERS: Readonly<Record<FilterName, { readonly value: string; readonly fields: object }>> = {
  roles: { value: 'Super Administrator', fields: { roles: ['Super Administrator - All Privileges'] } },
  'organization-name': { value: 'Evil Corp', fields: { organization_name: 'Evil Corp' } },
  'invited-by': { value: '*@evil.example', fields: { invited_by: 'eve@evil.example' } },
  'organization-id': { value: 'e'.repeat(32), fields: { organization_id: 'e'.repeat(32) } },
};
const FILTERS = Object.keys(STRANGERS) as FilterName[];

/** The problems of these lists, and whether they select an invite with these fields. */
function tryLists(
  lists: Partial<Record<FilterName, string>>,
  fields: object,
): { problems: readonly string[]; isIn: boolean } {
  try {
    const inputs = inputVariables({ status: 'accepted', 'api-token': 'cfut_fake-token-of-a-property-test', ...lists });
    const { filters } = parseInputs(inputs, (text) => text);
    return { problems: [], isIn: matchFilters(invite(1, fields), filters).kind === 'match' };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { problems: error.problems, isIn: false };
  }
}

/** Every character of a Unicode property, up to the supplementary planes that hold invisible ones. */
function charactersOf(property: RegExp): readonly string[] {
  const codes = [...Array(0x3100).keys(), 0x3164, 0xa71d, 0xfe00, 0xfe0f, 0xfeff, 0xff01, 0xffa0, 0xe0001, 0xe0021];
  return codes.map((code) => String.fromCodePoint(code)).filter((character) => property.test(character));
}

// A line break inside makes two entries.
const WHITE_SPACE = charactersOf(/[\p{White_Space}\uFEFF]/u).filter((character) => !/[\r\n]/.test(character));
const INVISIBLE = charactersOf(/[\p{DI}\p{Cf}\p{Cc}\u2800]/u).filter(
  (character) => !/\p{White_Space}/u.test(character),
);
const QUOTES = [...charactersOf(/[\p{Pi}\p{Pf}]/u), ...'"\'`´‚„「」『』＂＇()[]{}<>'];
const BULLETS = [
  '- ',
  '* ',
  '+ ',
  '• ',
  '– ',
  '— ',
  '‣ ',
  '· ',
  '1. ',
  '1) ',
  'a) ',
  '[ ] ',
  '[x] ',
  '> ',
  '# ',
  '-- ',
  '. ',
];
const MARKS = [...'！ǃⵑ﹗❗❕‼⁉⁈¡ꜝꜟ︕՜'];
const SEPARATORS = [
  ' ',
  ', ',
  ',',
  ';',
  '; ',
  ' | ',
  '\t',
  '  ',
  '\u2028',
  '\u0085',
  '\v',
  '\f',
  ' and ',
  ' / ',
  '\\n',
];

const insert = (text: string, at: number, part: string): string => text.slice(0, at) + part + text.slice(at);

const RUNS = 4_000;

type Decoration = (exclusion: string) => string;

const decoration: fc.Arbitrary<Decoration> = fc.oneof(
  fc
    .constantFrom(' # never', '\t# never', ' // never', ' -- never', '# never', ' ; never')
    .map((comment) => (text: string) => text + comment),
  fc.tuple(fc.constantFrom(...QUOTES), fc.constantFrom(...QUOTES), fc.nat(4)).map(
    ([open, close, form]) =>
      (text: string) =>
        [
          open + text + close,
          text.replace('!', `!${open}`) + close,
          open + text,
          text + close,
          text.replace('!', `!${open}`),
        ][form] ?? text,
  ),
  fc.constantFrom(...BULLETS).map((bullet) => (text: string) => bullet + text),
  fc.tuple(fc.constantFrom(...INVISIBLE), fc.nat(), fc.integer({ min: 1, max: 3 })).map(
    ([character, position, count]) =>
      (text: string) =>
        insert(text, position % (text.length + 1), character.repeat(count)),
  ),
  // Within a word, white space that is seen makes another name.
  fc
    .tuple(fc.constantFrom(...WHITE_SPACE), fc.nat(), fc.integer({ min: 1, max: 3 }))
    .map(([character, position, count]) => (text: string) => {
      const places = [0, text.indexOf('!') + 1, ...[...text.matchAll(/ /g)].map(({ index }) => index), text.length];
      return insert(text, places[position % places.length] ?? 0, character.repeat(count));
    }),
  fc.constantFrom(...MARKS).map((mark) => (text: string) => text.replace('!', mark)),
  fc.constantFrom('!!', '! !', '!\u00a0', '-!').map((mark) => (text: string) => text.replace('!', mark)),
  fc.constant((text: string) => text.toUpperCase()),
  fc.constant((text: string) => text.toLowerCase()),
  fc.constant((text: string) => text.normalize('NFD')),
);

/** The list, of `*` and the exclusion, as people write it: as lines, on one line, or the other way round. */
const layout: fc.Arbitrary<(exclusion: string) => string> = fc.oneof(
  fc.constant((text: string) => `*\n${text}`),
  fc.constant((text: string) => `*\n# a comment\n\n${text}\n`),
  fc.constant((text: string) => `*\r\n${text}\r\n`),
  fc.constant((text: string) => `${text}\n*`),
  fc.constant((text: string) => `["*", ${JSON.stringify(text)}]`),
  fc.constantFrom(...SEPARATORS).map((separator) => (text: string) => `*${separator}${text}`),
  fc.constantFrom(...SEPARATORS).map((separator) => (text: string) => `*\nx${separator}${text}`),
);

test('an exclusion is refused or works in every spelling', () => {
  const counts = { refused: 0, works: 0 };
  fc.assert(
    fc.property(
      fc.constantFrom(...FILTERS),
      fc.array(decoration, { maxLength: 2 }),
      layout,
      (filter, decorations, write) => {
        const { value, fields } = STRANGERS[filter];
        const list = write(decorations.reduce((text, decorate) => decorate(text), `!${value}`));
        const { problems, isIn } = tryLists({ [filter]: list }, fields);
        counts[problems.length > 0 ? 'refused' : 'works'] += 1;
        if (isIn) throw new Error(`${filter} ${JSON.stringify(list)} selects the invite`);
      },
    ),
    { numRuns: RUNS },
  );
  // Both must happen often, or the test proves little.
  expect(counts.refused).toBeGreaterThan(RUNS / 4);
  expect(counts.works).toBeGreaterThan(RUNS / 20);
});

const NAMES = [
  ...['Acme, Inc.', '#1 Plumbing', 'A/B Testing', '"Quoted" Ltd', '[PROD] Acme', "someone@example.com's Account"],
  ...[
    "'s-Hertogenbosch BV",
    'Yahoo! Inc.',
    'P!nk',
    '!Important',
    '* Star *',
    'C# & F#',

    '- dash',
    '東京',
  ],
  ...[
    'Müller & Söhne',
    'मुंबई',
    'Ещё 1',
    'Disney+',
    '(Parent) Co.',
    '100% Cotton',
    'a|b',
    'A; B',
    '“Typographic”',
    '{x}',
  ],
  // Every role name in Cloudflare's description, and others of its documentation.
  ...['Account Administrator', 'All Privileges - Super Administrator', 'Super Administrator (All Privileges)', 'DNS'],
  ...['Cache Purge', 'Cloudflare R2 Admin', 'Load Balancer', 'SSL/TLS, Caching, Performance, Page Rules', 'Log Share'],
];

/** The texts that a message says to write. One that holds a backtick itself is not found. */
const advised = (problem: string): string[] =>
  problem.includes('\\`') ? [] : [...problem.matchAll(/(?:write|and) `(.*?)`(?=[. ])/g)].map(([, text = '']) => text);

test.each(NAMES)('the name %j can be included and excluded, and a refusal says how', (name) => {
  for (const filter of ['roles', 'organization-name'] as const) {
    const fields = filter === 'roles' ? { roles: [name] } : { organization_name: name };
    const includes = (text: string): boolean => tryLists({ [filter]: text }, fields).isIn;
    const excludes = (text: string): boolean => {
      const { problems, isIn } = tryLists({ [filter]: `*\n${text}` }, fields);
      return problems.length === 0 && !isIn;
    };
    const { problems } = tryLists({ [filter]: name }, fields);
    expect([name, ...problems.flatMap(advised), `\\${name}`].some(includes)).toBe(true);
    const refusals = tryLists({ [filter]: `*\n!${name}` }, fields).problems;
    expect([`!${name}`, ...refusals.flatMap(advised)].some(excludes)).toBe(true);
  }
});

test('each text that a refusal tells to write is accepted', () => {
  let count = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...FILTERS),
      fc.array(decoration, { minLength: 1, maxLength: 2 }),
      (filter, decorations) => {
        const entry = decorations.reduce((text, decorate) => decorate(text), `!${STRANGERS[filter].value}`);
        for (const text of tryLists({ [filter]: `*\n${entry}` }, {}).problems.flatMap(advised)) {
          count += 1;
          const { problems } = tryLists({ [filter]: `*\n${text}` }, {});
          if (problems.length > 0) throw new Error(`${JSON.stringify(text)} is advised and refused: ${problems}`);
        }
      },
    ),
    { numRuns: RUNS / 4 },
  );
  expect(count).toBeGreaterThan(RUNS / 20);
});

const plainName = fc
  .tuple(fc.stringMatching(/^[\p{Lu}\p{Nd}]$/u), fc.stringMatching(/^[\p{L}\p{Nd} ,.&/()@_'"-]{0,30}$/u))
  .map(([first, rest]) => first + rest)
  .filter((name) => !/[\p{DI}ǃⵑꜝ-ꜟ]/u.test(name));

test('a plain name is never refused, and matches itself', () => {
  fc.assert(
    fc.property(fc.constantFrom('roles', 'organization-name'), plainName, (filter, name) => {
      const fields = filter === 'roles' ? { roles: [name] } : { organization_name: name };
      expect(tryLists({ [filter]: name }, fields)).toEqual({ problems: [], isIn: true });
    }),
    { numRuns: RUNS / 4 },
  );
});
