import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/** Far more than the work of a test takes on a busy machine, in milliseconds; far less than quadratic time would. */
const TIMEOUT_MS = 20_000;

interface AsideOptions {
  /** What the script has as `input`. */
  readonly input?: unknown;
  /** The environment, beside `PATH`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArguments?: readonly string[];
}

/**
 * Runs a script in a process of its own, which is ended if it does not end by itself: so a test of the time that
 * something takes measures none.
 * @param path of a module in `src`, which the script has as `module`
 * @returns what the script has printed
 * @throws an Error if it fails, or takes longer than 20 seconds
 */
export async function runAside(
  path: string,
  script: string,
  { input = null, env = {}, nodeArguments = [] }: AsideOptions = {},
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const url = pathToFileURL(join(import.meta.dirname, '../../src', path)).href;
  const program = `
    import { readFileSync } from 'node:fs';
    import * as module from ${JSON.stringify(url)};
    const input = JSON.parse(readFileSync(0, 'utf8'));
    ${script}`;
  const promise = promisify(execFile)(process.execPath, [...nodeArguments, '--input-type=module', '--eval', program], {
    env: { PATH: process.env.PATH, ...env },
    timeout: TIMEOUT_MS,
    maxBuffer: 100_000_000,
  });
  promise.child.stdin?.end(JSON.stringify(input));
  return promise;
}
