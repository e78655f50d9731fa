import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const SCRIPT = join(import.meta.dirname, '..', '..', 'bundle', 'check-dist.js');

test('dist is byte for byte what src builds', { timeout: 60_000 }, async () => {
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, [SCRIPT], (_error, stdout, stderr) => resolve(stdout + stderr));
  });
  expect(output).toMatch(/^dist is what src builds \(\d+ files\)\.\n$/);
});
