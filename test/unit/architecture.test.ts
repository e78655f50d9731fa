import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';

const SRC = new URL('../../src/', import.meta.url);

interface SourceFile {
  /** Below `src`, with slashes. */
  readonly path: string;
  readonly code: string;
  /** Modules of `src` as paths below it, others by their name. */
  readonly imports: readonly string[];
}

const FILES: readonly SourceFile[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'))
  .map((path) => {
    const code = withoutComments(readFileSync(new URL(path, SRC), 'utf8'));
    return { path, code, imports: importsOf(code).map((name) => resolve(path, name)) };
  });

/** Comments stand on lines of their own in this house. */
function withoutComments(text: string): string {
  return text.replace(/^[ \t]*(?:\/\/|\/?\*).*$/gm, '');
}

/** What a file imports or re-exports, types included. */
function importsOf(code: string): readonly string[] {
  return [...code.matchAll(/\b(?:from|import|require)\b\s*\(?\s*['"`]([^'"`]+)['"`]/g)].map(([, name = '']) => name);
}

function resolve(path: string, name: string): string {
  return name.startsWith('.') ? posix.join(posix.dirname(path), name) : name;
}

/** Every import from below `folder` whose target satisfies `isForbidden`, as `from -> to`. */
function importsFrom(folder: string, isForbidden: (target: string) => boolean): readonly string[] {
  return FILES.filter(({ path }) => path.startsWith(folder)).flatMap(({ path, imports }) =>
    imports.filter(isForbidden).map((target) => `${path} -> ${target}`),
  );
}

/** The files whose code holds `what`. */
function filesWith(what: RegExp): readonly string[] {
  return FILES.filter(({ code }) => what.test(code)).map(({ path }) => path);
}

const isBelow =
  (...folders: readonly string[]) =>
  (target: string) =>
    folders.some((name) => target.startsWith(name));

describe('the reader of imports', () => {
  test('sees every form of an import', () => {
    const code = [
      "import 'a';",
      "import b from 'b';",
      "import type { C } from 'c';",
      "import {\n  d,\n} from 'd';",
      "export * from 'e';",
      "export type { F } from 'f';",
      "const g = await import('g');",
      "type H = import('h').H;",
      "import i = require('i');",
      "// import 'commented';",
      "  * import 'documented';",
    ].join('\n');
    expect(importsOf(withoutComments(code))).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']);
  });

  test('sees the imports of this house', () => {
    const paths = FILES.map(({ path }) => path);
    expect(paths).toContain('index.ts');
    expect(new Set(paths.map((path) => posix.dirname(path)))).toEqual(
      new Set(['.', 'cloudflare', 'inputs', 'invites', 'problems', 'report', 'tracking-issue']),
    );
    const inner = FILES.flatMap(({ imports }) => imports).filter((target) => target.endsWith('.ts'));
    expect(inner.length).toBeGreaterThan(50);
    expect(inner.filter((target) => !paths.includes(target))).toEqual([]);
  });
});

describe('the layers', () => {
  test('what talks to Cloudflare knows neither invites’ policies, nor reports, nor GitHub', () => {
    expect(importsFrom('cloudflare/', isBelow('invites/', 'report/', '@actions/', 'action.ts', 'inputs.ts'))).toEqual(
      [],
    );
  });

  test('what decides about invites knows neither reports, nor GitHub, nor HTTP', () => {
    expect(
      importsFrom('invites/', isBelow('report/', '@actions/', 'ofetch', 'node:', 'action.ts', 'inputs.ts')),
    ).toEqual([]);
  });

  test('what reports knows nothing of what talks to Cloudflare', () => {
    expect(importsFrom('report/', isBelow('cloudflare/', 'ofetch', 'action.ts', 'inputs.ts'))).toEqual([]);
  });

  test('packages are used in one place each', () => {
    const users = (name: string) => FILES.filter(({ imports }) => imports.some(isBelow(name))).map(({ path }) => path);
    expect(users('ofetch')).toEqual(['cloudflare/client.ts']);
    expect(users('@actions/core')).toEqual(['report/workflow.ts']);
    expect(users('node:')).toEqual(['proxy.ts']);
  });

  test('nothing imports the entry', () => {
    expect(importsFrom('', isBelow('index.ts'))).toEqual([]);
  });

  test('no module imports itself through others', () => {
    const importsByPath = new Map(FILES.map(({ path, imports }) => [path, imports]));
    const reachableFrom = (start: string): ReadonlySet<string> => {
      const seen = new Set<string>();
      const queue = [...(importsByPath.get(start) ?? [])];
      for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
        if (seen.has(path)) continue;
        seen.add(path);
        queue.push(...(importsByPath.get(path) ?? []));
      }
      return seen;
    };
    expect(FILES.map(({ path }) => path).filter((path) => reachableFrom(path).has(path))).toEqual([]);
  });
});

describe('the world outside is reached in known places', () => {
  test('the environment, by the entry alone', () => {
    // The one exception: @actions/core throws where there is no summary, so its file is looked for before.
    const exception = 'process.env.GITHUB_STEP_SUMMARY';
    const workflow = FILES.find(({ path }) => path === 'report/workflow.ts')?.code ?? '';
    expect(workflow.split('process.env')).toHaveLength(2);
    expect(workflow).toContain(exception);
    expect(filesWith(/\bprocess\s*\.\s*env\b/)).toEqual(['index.ts', 'report/workflow.ts']);
    expect(filesWith(/\benv\s*[,}].*(?:from|=)\s*(?:'node:process'|process\b)/)).toEqual([]);
  });

  test('time, by the clock alone, but for the end of a process that does not end', () => {
    expect(filesWith(/\bsetTimeout\b|\bperformance\b/)).toEqual(['clock.ts', 'index.ts']);
    expect(filesWith(/\bDate\.now\b|\bnew Date\(\)|\bsetInterval\b|\bsetImmediate\b|\bAbortSignal\.timeout\b/)).toEqual(
      [],
    );
  });

  test('chance, by the entry alone', () => {
    expect(filesWith(/\bMath\.random\b|\bcrypto\b/)).toEqual(['index.ts']);
  });

  test('the process’s streams, by nobody, and its end, by the entry alone', () => {
    expect(filesWith(/\bconsole\s*\.|\bprocess\s*\.\s*(?:stdout|stderr)\b/)).toEqual([]);
    expect(filesWith(/\bprocess\s*\.\s*exit\b/)).toEqual(['index.ts']);
  });
});
