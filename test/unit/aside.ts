import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/** Far more than the work of a test takes on a busy machine, in milliseconds; far less than quadratic time would. */
const TIMEOUT_MS = 20_000;

/**
 * Calls an exported function in a process of its own, which is ended if it does not end by itself: so a test of the time
 * that something takes measures none.
 * @param path of the module, in `src`
 * @param script prints a text; `module` is the module, `input` what it is given
 * @returns what the script has printed
 * @throws an Error if it takes longer than 20 seconds
 */
export async function runAside(path: string, script: string, input: unknown): Promise<string> {
  const url = pathToFileURL(join(import.meta.dirname, '../../src', path)).href;
  const program = `
    import { readFileSync } from 'node:fs';
    import * as module from ${JSON.stringify(url)};
    const input = JSON.parse(readFileSync(0, 'utf8'));
    ${script}`;
  const options = { timeout: TIMEOUT_MS, maxBuffer: 100_000_000 };
  const child = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], options);
  child.child.stdin?.end(JSON.stringify(input));
  return (await child).stdout;
}
