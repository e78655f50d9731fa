import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { edit, ROOT, type WorkflowFile } from './act.ts';

export interface PublishedRelease {
  readonly tag_name: string;
  readonly draft: boolean;
  readonly prerelease: boolean;
  /** Whether GitHub would show it as "Latest". */
  readonly latest: boolean;
  readonly notes: string;
}

/** Result of a run of the release workflow. */
export interface ReleaseRun {
  /** Name or command of the step that failed; undefined when all passed. */
  readonly failedStep: string | undefined;
  readonly log: string;
}

/**
 * A stand-in for GitHub's `gh`: releases are a JSON file, tags are those of a bare repository. A call that it does not
 * know fails, so that it has to be added here.
 */
function standInForGh(repository: string, bare: string, releases: string): string {
  return `#!${process.execPath}
const { execFileSync, spawnSync } = require('node:child_process');
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const fail = (message) => { console.error('gh: ' + message); process.exit(1); };
if (!process.env.GH_TOKEN) fail('no GH_TOKEN');
const releases = JSON.parse(readFileSync(${JSON.stringify(releases)}, 'utf8'));
const git = (...args) => execFileSync('git', ['-C', ${JSON.stringify(bare)}, ...args], { encoding: 'utf8' }).trim();
const hasTag = (tag) => spawnSync('git', ['-C', ${JSON.stringify(bare)}, 'show-ref', '--verify', '--quiet', 'refs/tags/' + tag]).status === 0;
const words = [], options = {}, fields = {};
for (let rest = process.argv.slice(2); rest.length > 0; ) {
  const word = rest.shift();
  if (['--paginate', '--silent', '--verify-tag', '--yes'].includes(word)) options[word] = true;
  else if (word === '-f' || word === '-F') { const [name, value] = rest.shift().split('='); fields[name] = value; }
  else if (word.startsWith('--latest=')) options['--latest'] = word.slice(9);
  else if (['--method', '--jq', '--json', '--title', '--notes-file'].includes(word)) options[word] = rest.shift();
  else if (word.startsWith('-')) fail('unknown option ' + word);
  else words.push(word);
}
const [command, ...args] = words;
const [kind, tag, file] = args;
if (command === 'release' && kind === 'view') {
  const release = releases.find(({ tag_name }) => tag_name === tag);
  if (release === undefined) fail('release not found');
  if (options['--json'] !== 'isDraft' || options['--jq'] !== '.isDraft') fail('unknown fields');
  console.log(release.draft);
} else if (command === 'release' && kind === 'delete' && options['--yes']) {
  if (!releases.some(({ tag_name }) => tag_name === tag)) fail('release not found');
  writeFileSync(${JSON.stringify(releases)}, JSON.stringify(releases.filter(({ tag_name }) => tag_name !== tag)));
} else if (command === 'release' && kind === 'create') {
  if (!options['--verify-tag'] || !hasTag(tag)) fail('no tag ' + tag);
  if (releases.some(({ tag_name }) => tag_name === tag)) fail('a release with the same tag name already exists');
  if (!existsSync(file)) fail('no file ' + file);
  const latest = options['--latest'] === 'true';
  const notes = readFileSync(options['--notes-file'], 'utf8');
  const others = latest ? releases.map((release) => ({ ...release, latest: false })) : releases;
  writeFileSync(${JSON.stringify(releases)}, JSON.stringify([...others, { tag_name: tag, draft: false, prerelease: false, latest, notes }]));
} else if (command === 'api') {
  const path = args[0].replace(${JSON.stringify(`repos/${repository}/`)}, '');
  const method = options['--method'] ?? 'GET';
  const [, name] = /^(?:commits|git\\/refs?)\\/tags\\/(.+)$/.exec(path) ?? [];
  let body;
  if (method === 'GET' && path === 'releases') body = releases;
  else if (method === 'GET' && path.startsWith('commits/tags/')) body = { sha: git('rev-parse', 'refs/tags/' + name + '^{commit}') };
  else if (method === 'GET' && path.startsWith('git/ref/tags/')) { if (!hasTag(name)) fail('HTTP 404'); }
  else if (method === 'PATCH' && path.startsWith('git/refs/tags/') && fields.force === 'true') {
    if (!hasTag(name)) fail('HTTP 422: Reference does not exist');
    git('update-ref', 'refs/tags/' + name, fields.sha);
  } else if (method === 'POST' && path === 'git/refs') {
    if (hasTag(fields.ref.replace('refs/tags/', ''))) fail('HTTP 422: Reference already exists');
    git('update-ref', fields.ref, fields.sha);
  } else fail('unknown call ' + method + ' ' + path);
  if (body !== undefined) process.stdout.write(execFileSync('jq', ['-r', options['--jq'] ?? '.'], { input: JSON.stringify(body) }));
} else fail('unknown command ' + words.join(' '));
`;
}

/** A working tree of this checkout, its bare repository in place of GitHub's, and the release workflow. */
export class Rehearsal implements Disposable {
  readonly repository: string;
  readonly #home = mkdtempSync(join(tmpdir(), 'release-'));
  readonly #tree = join(this.#home, 'tree');
  readonly #bare = join(this.#home, 'bare.git');
  readonly #releases = join(this.#home, 'releases.json');

  /** @param repository `owner/name` on GitHub */
  constructor(repository: string) {
    this.repository = repository;
    const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    for (const path of execFileSync('git', list, { cwd: ROOT }).toString().split('\0')) {
      const isFile = lstatSync(join(ROOT, path), { throwIfNoEntry: false })?.isFile();
      if (isFile) cpSync(join(ROOT, path), join(this.#tree, path));
    }
    const bin = join(this.#home, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'gh'), standInForGh(repository, this.#bare, this.#releases), { mode: 0o755 });
    // What npm does in the workflow is tested by itself, and needs the registry.
    writeFileSync(join(bin, 'npm'), '#!/bin/sh\necho "npm $*"\n', { mode: 0o755 });
    writeFileSync(this.#releases, '[]');
    // Without the versions that this checkout may have already.
    this.write('CHANGELOG.md', '# Changelog\n\n## [Unreleased]\n\n[Unreleased]: https://example.com\n');
    this.git('init', '--quiet', '--initial-branch=main');
    this.commit('Begin');
    execFileSync('git', ['clone', '--quiet', '--bare', this.#tree, this.#bare]);
    this.git('remote', 'add', 'origin', this.#bare);
  }

  [Symbol.dispose](): void {
    rmSync(this.#home, { recursive: true, force: true });
  }

  #environment(): Record<string, string> {
    return {
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      HOME: this.#home,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'Somebody',
      GIT_AUTHOR_EMAIL: 'somebody@example.net',
      GIT_COMMITTER_NAME: 'Somebody',
      GIT_COMMITTER_EMAIL: 'somebody@example.net',
      npm_config_offline: 'true',
      npm_config_update_notifier: 'false',
    };
  }

  /** Runs a program in the working tree. Returns its output. */
  run(program: string, ...args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd: this.#tree,
      env: this.#environment(),
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stdout}${stderr}`);
    return stdout.trim();
  }

  git(...args: readonly string[]): string {
    return this.run('git', ...args);
  }

  read(path: string): string {
    return readFileSync(join(this.#tree, path), 'utf8');
  }

  /** Replaces the one place of a text in a file. */
  edit(path: string, from: string | RegExp, to: string): void {
    this.write(path, edit(this.read(path), from, to));
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.#tree, path), text);
  }

  commit(message: string): void {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', message);
  }

  /** Sets the version as docs/releasing.md says, and commits it. */
  setVersion(version: string): void {
    this.run('npm', 'version', version, '--no-git-tag-version', '--allow-same-version');
    this.edit(
      'CHANGELOG.md',
      '## [Unreleased]\n',
      `## [Unreleased]\n\n## [${version}] - 2026-12-01\n\n- News of ${version}.\n`,
    );
    this.commit(`Release ${version}`);
  }

  /** Pushes the branch and a tag on it. */
  push(tag: string): void {
    this.git('tag', '--force', tag);
    this.git('push', '--quiet', '--force', 'origin', 'HEAD', `refs/tags/${tag}`);
  }

  get releases(): readonly PublishedRelease[] {
    return JSON.parse(readFileSync(this.#releases, 'utf8')) as PublishedRelease[];
  }

  /** Changes a release as a person or an interrupted run can. */
  editRelease(tag: string, change: Partial<PublishedRelease>): void {
    const releases = this.releases.map((release) => (release.tag_name === tag ? { ...release, ...change } : release));
    writeFileSync(this.#releases, JSON.stringify(releases));
  }

  /** Names the version tag that has the same commit as a moving tag; undefined if there is no such moving tag. */
  versionOf(movingTag: string): string | undefined {
    const tags = execFileSync('git', [
      '-C',
      this.#bare,
      'for-each-ref',
      '--format=%(objectname) %(refname:short)',
      'refs/tags',
    ]);
    const rows = tags
      .toString()
      .trim()
      .split('\n')
      .map((row) => row.split(' '));
    const commit = rows.find(([, name]) => name === movingTag)?.[0];
    return commit && rows.find(([id, name]) => id === commit && name?.includes('.'))?.[1];
  }

  deleteTag(tag: string): void {
    execFileSync('git', ['-C', this.#bare, 'update-ref', '-d', `refs/tags/${tag}`]);
  }

  /** Runs the shell steps of release.yml for a pushed tag, as GitHub would: from the tag's commit, job after job. */
  release(tag: string): ReleaseRun {
    let log = '';
    const workflow = parse(
      execFileSync('git', ['-C', this.#bare, 'show', `${tag}:.github/workflows/release.yml`]).toString(),
    );
    for (const { steps = [] } of Object.values((workflow as WorkflowFile).jobs ?? {})) {
      const job = mkdtempSync(join(this.#home, 'job-'));
      const checkout = join(job, 'checkout');
      for (const { name, uses = '', run, with: inputs = {}, env = {} } of steps) {
        if (uses.startsWith('actions/checkout@')) {
          // Without fetch-depth: 0, actions/checkout brings one commit and no branch.
          const depth = inputs['fetch-depth'] === 0 ? [] : ['--depth', '1'];
          execFileSync('git', [
            '-c',
            'advice.detachedHead=false',
            'clone',
            '--quiet',
            ...depth,
            '--branch',
            tag,
            `file://${this.#bare}`,
            checkout,
          ]);
        }
        if (run === undefined) continue;
        const script = join(job, 'step.sh');
        writeFileSync(script, run);
        // How the runner starts `shell: bash`.
        const { status, stdout, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
          cwd: checkout,
          env: {
            ...this.#environment(),
            PATH: [join(this.#home, 'bin'), process.env.PATH].join(delimiter),
            GITHUB_REF_NAME: tag,
            GITHUB_REPOSITORY: this.repository,
            RUNNER_TEMP: job,
            ...('GH_TOKEN' in env && { GH_TOKEN: 'unused' }),
          },
          encoding: 'utf8',
        });
        log += stdout + stderr;
        if (status !== 0) return { failedStep: name ?? run.trim(), log };
      }
    }
    return { failedStep: undefined, log };
  }
}
