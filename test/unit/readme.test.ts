import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { INPUT_DEFAULTS } from '../../src/inputs/inputs.ts';
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

describe('the table of inputs', () => {
  const rows = tableUnder('Inputs');

  test('names the inputs of action.yml, which are those that the code reads', () => {
    const names = rows.map(([name]) => name).sort();
    expect(names).toEqual(Object.keys(action.inputs).sort());
    expect(names).toEqual(Object.keys(INPUT_DEFAULTS).sort());
  });

  test.each(rows.map(([name = '', shown = '']) => [name, shown]))('shows the default of %s', (name, shown) => {
    const declared = action.inputs[name];
    expect(shown).toBe(declared?.required ? '–' : (declared?.default ?? ''));
    expect(INPUT_DEFAULTS[name]).toBe(declared?.required ? undefined : (declared?.default ?? ''));
  });
});

test('the table of outputs names the outputs of action.yml, which are those that the code sets', () => {
  const names = tableUnder('Outputs').map(([name]) => name);
  expect(names).toEqual(Object.keys(action.outputs));
  expect(names).toEqual([...OUTPUT_NAMES]);
});
