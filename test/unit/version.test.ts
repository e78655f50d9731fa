import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VERSION } from '../../src/version.ts';

const read = (path: string): string => readFileSync(join(import.meta.dirname, '..', '..', path), 'utf8');

test('the version sent to Cloudflare is the version of the package', () => {
  expect(VERSION).toBe(JSON.parse(read('package.json')).version);
});

test('the reusable workflow runs the action of its own version', () => {
  const uses = read('.github/workflows/auto-accept.yml').match(/(?<=uses: \S+@).*/g);
  expect(uses).toEqual([`v${VERSION}`]);
});
