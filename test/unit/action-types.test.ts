import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { INPUT_NAMES, type InputName, inputRow } from '../../src/inputs/table.ts';
import { FILTER_NAMES } from '../../src/invites/filters.ts';

interface Typing {
  readonly type: string;
  readonly 'allowed-values'?: readonly string[];
  readonly separator?: string;
  readonly 'list-item'?: Typing;
}

type Declarations<T> = Readonly<Record<'inputs' | 'outputs', Readonly<Record<string, T>>>>;

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): unknown => parse(readFileSync(join(root, path), 'utf8'));
const types = read('action-types.yml') as Declarations<Typing>;
const action = read('action.yml') as Declarations<object>;

const LISTS: readonly InputName[] = ['invite-id', ...FILTER_NAMES];

/** The type of an input, from what the code says of a value that it does not take. */
function typeInCode(name: InputName): Typing {
  if (LISTS.includes(name)) return { type: 'list', separator: '\n', 'list-item': { type: 'string' } };
  let problem = '';
  const report = (text: string) => {
    problem = text;
  };
  inputRow(name).parse('\u0000', { name, redact: (text) => text, report });
  if (problem.includes('a whole number')) return { type: 'integer' };
  if (problem.includes('must be true or false')) return { type: 'boolean' };
  const words = /It must be ([\w, ]+) or (\w+)\./.exec(problem);
  if (words === null) return { type: 'string' };
  return { type: 'enum', 'allowed-values': [...(words[1] ?? '').split(', '), words[2] ?? ''] };
}

test.each(['inputs', 'outputs'] as const)(
  'action-types.yml names exactly the %s of action.yml, in their order',
  (kind) => {
    expect(Object.keys(types[kind])).toEqual(Object.keys(action[kind]));
  },
);

test.each(INPUT_NAMES)('action-types.yml gives the input %s the type and the values that the code has', (name) => {
  expect(types.inputs[name]).toEqual(typeInCode(name));
});

test('every output in action-types.yml has a type of an output', () => {
  for (const typing of Object.values(types.outputs)) {
    expect(Object.keys(typing)).toEqual(['type']);
    expect(['string', 'boolean', 'integer']).toContain(typing.type);
  }
});
