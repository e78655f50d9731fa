import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { OUTPUT_NAMES } from '../../src/report/outputs.ts';

interface ActionMetadata {
  readonly inputs: Record<string, { readonly required?: boolean; readonly default?: string }>;
  readonly outputs: Record<string, unknown>;
}

const root = join(import.meta.dirname, '..', '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as ActionMetadata;

/** The cells of the table under a heading, without the header row; code marks removed from the first two. */
function tableUnder(heading: string): string[][] {
  const section = readme.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1')),
    );
}

test('the table of inputs in the README shows the inputs of action.yml with their defaults', () => {
  const shown = tableUnder('Inputs').map(([name, text]) => [name, text]);
  const declared = Object.entries(action.inputs).map(([name, input]) => [
    name,
    input.required ? '–' : (input.default ?? ''),
  ]);
  expect(shown.sort()).toEqual(declared.sort());
});

test('the README has at most 1,900 words without the tables of inputs and outputs', () => {
  const tables = /^\| `.*\n/gm;
  const words = readme
    .replace(tables, '')
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  expect(words.length).toBeGreaterThan(1_000);
  expect(words.length).toBeLessThanOrEqual(1_900);
});

test('the table of outputs in the README names the outputs of action.yml, which are those that the code sets', () => {
  const names = tableUnder('Outputs').map(([name]) => name);
  expect(names).toEqual(Object.keys(action.outputs));
  expect(names).toEqual([...OUTPUT_NAMES]);
});
