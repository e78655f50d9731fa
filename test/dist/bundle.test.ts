import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { html502 } from '../../sandbox/cloudflare.ts';
import type { StepResult } from '../../sandbox/runner.ts';
import { CREDENTIALS, DistHarness } from './step.ts';

const REPOSITORY_ROOT = join(import.meta.dirname, '..', '..');
const STAND_IN = "throw new Error('This package is not part of the bundle";
const CALLED = 'a package that is not part of the bundle was called';

/** The name and text of every script in dist. */
async function scripts(folder: string): Promise<[string, string][]> {
  const names = (await readdir(join(folder, 'dist'))).filter((name) => /\.[cm]?js$/.test(name));
  return Promise.all(
    names.map(async (name): Promise<[string, string]> => [name, await readFile(join(folder, 'dist', name), 'utf8')]),
  );
}

describe.concurrent('dist', { timeout: 30_000 }, () => {
  // A copy of what a runner downloads, in a folder without any package. Its stand-ins for packages write to stderr when
  // something calls them.
  let actionDirectory = '';
  let standIns = 0;

  beforeAll(async () => {
    actionDirectory = await mkdtemp(join(tmpdir(), 'action-'));
    await cp(join(REPOSITORY_ROOT, 'action.yml'), join(actionDirectory, 'action.yml'));
    await cp(join(REPOSITORY_ROOT, 'dist'), join(actionDirectory, 'dist'), { recursive: true });
    for (const [name, text] of await scripts(actionDirectory)) {
      standIns += text.split(STAND_IN).length - 1;
      const loud = text.replaceAll(STAND_IN, `process.stderr.write(${JSON.stringify(CALLED)}); ${STAND_IN}`);
      await writeFile(join(actionDirectory, 'dist', name), loud);
    }
  });

  afterAll(() => rm(actionDirectory, { recursive: true, force: true }));

  test('dist imports nothing but Node’s own modules', async () => {
    const call = /(?:\brequire|\bimport|createRequire\(import\.meta\.url\))\(\s*["']([^"']+)["']\s*\)/g;
    const statement = /^(?:import|export)\b[^;"']*["']([^"']+)["']/gm;
    const imported = (await scripts(REPOSITORY_ROOT)).flatMap(([, text]) =>
      [call, statement].flatMap((pattern) => [...text.matchAll(pattern)].map(([, name = '']) => name)),
    );
    expect(imported).toContain('fs');
    const isOwn = (name: string): boolean =>
      name.startsWith('./') || builtinModules.includes(name.replace('node:', ''));
    expect(imported.filter((name) => !isOwn(name))).toEqual([]);
  });

  test('dist holds neither undici nor node-fetch-native', async () => {
    for (const [, text] of await scripts(REPOSITORY_ROOT)) {
      expect(text).toContain('CONCATENATED MODULE');
      expect(text).not.toMatch(/node_modules\/(undici|node-fetch-native)\b/);
      expect(text).not.toMatch(/["'](undici|node-fetch-native)["'/]/);
    }
  });

  test.for<{ name: string; run: (harness: DistHarness) => Promise<StepResult>; exitCode: number }>([
    {
      name: 'accepting an invite after a fault',
      run: (harness) => {
        harness.sandbox.addFault(html502());
        return harness.step({ actionDirectory, debug: true });
      },
      exitCode: 0,
    },
    {
      name: 'a dry run with the Global API Key and the oldest runner',
      run: (harness) =>
        harness.step({
          actionDirectory,
          with: {
            'api-token': undefined,
            'api-email': CREDENTIALS.email,
            'api-key': CREDENTIALS.key,
            'dry-run': 'true',
          },
          env: { GITHUB_OUTPUT: '', GITHUB_STEP_SUMMARY: '' },
        }),
      exitCode: 0,
    },
    {
      name: 'selecting among all pending invites',
      run: (harness) =>
        harness.step({ actionDirectory, with: { 'invite-id': undefined, 'organization-name': 'Acme*' }, debug: true }),
      exitCode: 0,
    },
    {
      name: 'refusing its inputs',
      run: (harness) => harness.step({ actionDirectory, with: { status: 'maybe' } }),
      exitCode: 1,
    },
    {
      name: 'a proxy',
      run: (harness) => harness.step({ actionDirectory, env: { HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '*' } }),
      exitCode: 0,
    },
    {
      name: 'a cancelled step',
      run: (harness) => {
        harness.sandbox.addFault({ hang: true });
        return harness.step({ actionDirectory, signal: { name: 'SIGTERM', when: harness.saw(1) } });
      },
      exitCode: 1,
    },
  ])('dist needs no package and calls no stand-in: $name', async ({ run, exitCode }) => {
    expect(standIns).toBeGreaterThan(0);
    await using harness = await DistHarness.open();
    const result = await run(harness);
    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr).toBe('');
    expect(result.outputs).toHaveProperty('changed');
  });
});
