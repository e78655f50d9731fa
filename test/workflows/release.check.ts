import { expect, test } from 'vitest';
import { Rehearsal } from './release.ts';

const PUBLISHER = 'rehearsing-octocat';
const REPOSITORY = `${PUBLISHER}/cloudflare-invite-action`;
/** In two parts, since no file may have it when the action is released. */
const PLACEHOLDER = ['OWN', 'ER'].join('');

/** A tree whose publisher is known and whose version 1.1.0 is pushed, not yet released. */
function beforeFirstRelease(): Rehearsal {
  const rehearsal = new Rehearsal(REPOSITORY);
  rehearsal.run('node', 'tools/publisher.ts', PUBLISHER);
  rehearsal.commit('Name the publisher');
  rehearsal.setVersion('1.1.0');
  rehearsal.push('v1.1.0');
  return rehearsal;
}

const released = { failedStep: undefined };

test('a release refuses the placeholder, v1 follows 1.1.0 and 1.2.0, and 1.1.1 from its branch leaves v1 at 1.2.0', () => {
  using rehearsal = new Rehearsal(REPOSITORY);
  rehearsal.write('docs/new.md', `Copy it from ${PLACEHOLDER}/cloudflare-invite-action.\n`);
  rehearsal.setVersion('1.1.0');
  rehearsal.push('v1.1.0');
  const refused = rehearsal.release('v1.1.0');
  expect(refused.failedStep).toBe('Every file names the publisher');
  expect(refused.log).toContain('docs/new.md:1:Copy it');
  expect([rehearsal.releases, rehearsal.versionOf('v1')]).toEqual([[], undefined]);

  rehearsal.run('node', 'tools/publisher.ts', PUBLISHER);
  rehearsal.commit('Name the publisher');
  rehearsal.push('v1.1.0');
  expect(rehearsal.release('v1.1.0')).toMatchObject(released);
  expect(rehearsal.versionOf('v1')).toBe('v1.1.0');

  rehearsal.setVersion('1.2.0');
  rehearsal.push('v1.2.0');
  expect(rehearsal.release('v1.2.0')).toMatchObject(released);
  expect(rehearsal.versionOf('v1')).toBe('v1.2.0');

  rehearsal.git('checkout', '--quiet', '-b', 'release/1.1', 'v1.1.0');
  rehearsal.setVersion('1.1.1');
  rehearsal.push('v1.1.1');
  expect(rehearsal.release('v1.1.1')).toMatchObject(released);
  expect(rehearsal.versionOf('v1')).toBe('v1.2.0');
  expect(rehearsal.releases.map(({ tag_name: tag, latest, notes }) => [tag, latest, notes.trim()])).toEqual([
    ['v1.1.0', false, '- News of 1.1.0.'],
    ['v1.2.0', true, '- News of 1.2.0.'],
    ['v1.1.1', false, '- News of 1.1.1.'],
  ]);
});

test('v1 is the highest published 1.x.y, by number and not by text, without tags that have no release', () => {
  using rehearsal = beforeFirstRelease();
  rehearsal.release('v1.1.0');
  for (const [version, expected] of [
    ['1.9.0', 'v1.9.0'],
    ['1.10.0', 'v1.10.0'],
  ] as const) {
    rehearsal.setVersion(version);
    rehearsal.push(`v${version}`);
    expect(rehearsal.release(`v${version}`)).toMatchObject(released);
    expect(rehearsal.versionOf('v1')).toBe(expected);
  }
  // Pushed, and not approved.
  rehearsal.setVersion('1.11.0');
  rehearsal.push('v1.11.0');
  rehearsal.git('checkout', '--quiet', '-b', 'release/1.10', 'v1.10.0');
  rehearsal.setVersion('1.10.1');
  rehearsal.push('v1.10.1');
  expect(rehearsal.release('v1.10.1')).toMatchObject(released);
  expect(rehearsal.versionOf('v1')).toBe('v1.10.1');

  rehearsal.git('checkout', '--quiet', 'main');
  rehearsal.setVersion('2.0.0');
  rehearsal.push('v2.0.0');
  expect(rehearsal.release('v2.0.0')).toMatchObject(released);
  expect([rehearsal.versionOf('v1'), rehearsal.versionOf('v2')]).toEqual(['v1.10.1', 'v2.0.0']);
});

test('a release that is run again changes nothing, and mends a moving tag that is missing', () => {
  using rehearsal = beforeFirstRelease();
  rehearsal.release('v1.1.0');
  rehearsal.deleteTag('v1');
  expect(rehearsal.release('v1.1.0')).toMatchObject(released);
  expect(rehearsal.versionOf('v1')).toBe('v1.1.0');
  expect(rehearsal.releases).toHaveLength(1);
});

test('a release that was interrupted as a draft is published when it is run again', () => {
  using rehearsal = beforeFirstRelease();
  rehearsal.release('v1.1.0');
  rehearsal.editRelease('v1.1.0', { draft: true, latest: false, notes: '' });
  rehearsal.deleteTag('v1');
  expect(rehearsal.release('v1.1.0')).toMatchObject(released);
  expect(rehearsal.releases).toMatchObject([{ draft: false, latest: true, notes: '\n- News of 1.1.0.\n\n' }]);
  expect(rehearsal.versionOf('v1')).toBe('v1.1.0');
});

test('v1 does not move to a release that somebody marked as a pre-release, nor without any other release', () => {
  using rehearsal = beforeFirstRelease();
  rehearsal.release('v1.1.0');
  rehearsal.setVersion('1.2.0');
  rehearsal.push('v1.2.0');
  rehearsal.release('v1.2.0');
  rehearsal.editRelease('v1.2.0', { prerelease: true });
  expect(rehearsal.release('v1.2.0')).toMatchObject(released);
  expect(rehearsal.versionOf('v1')).toBe('v1.1.0');

  rehearsal.editRelease('v1.1.0', { prerelease: true });
  const { failedStep, log } = rehearsal.release('v1.2.0');
  expect(failedStep).toBeUndefined();
  expect(log).toContain('::notice::v1 stays where it is');
  expect(rehearsal.versionOf('v1')).toBe('v1.1.0');
});

test('a release refuses a tag that is neither on main nor on the branch of its minor version', () => {
  using rehearsal = beforeFirstRelease();
  for (const branch of ['fix', 'release/1.2']) {
    rehearsal.git('checkout', '--quiet', '-b', branch, 'v1.1.0');
    rehearsal.setVersion('1.1.1');
    rehearsal.push('v1.1.1');
    const { failedStep, log } = rehearsal.release('v1.1.1');
    expect(failedStep).toBe('The tag is on main, or on the branch of its minor version');
    expect(log).toContain('::error::v1.1.1 is neither on main nor on release/1.1.');
  }
  expect(rehearsal.releases).toEqual([]);
});

test('a release refuses a tree that another repository published', () => {
  using rehearsal = beforeFirstRelease();
  rehearsal.run('node', 'tools/publisher.ts', 'somebody-else');
  rehearsal.commit('Name somebody else');
  rehearsal.push('v1.1.0');
  const { failedStep, log } = rehearsal.release('v1.1.0');
  expect(failedStep).toBe('Every file names the publisher');
  expect(log).toContain(`package.json does not name ${REPOSITORY}`);
});

test('a release refuses a version that one file lacks', () => {
  using rehearsal = beforeFirstRelease();
  const places: readonly (readonly [string, RegExp])[] = [
    ['package.json', /(?<="version": ")1\.1\.0/],
    ['package-lock.json', /(?<="version": ")1\.1\.0(?=",\n {2}"lockfileVersion")/],
    ['src/version.ts', /1\.1\.0/],
    ['.github/workflows/auto-accept.yml', /(?<=@v)1\.1\.0/],
    ['CHANGELOG.md', /(?<=## \[)1\.1\.0/],
  ];
  for (const [path, place] of places) {
    // Begins like the right one.
    rehearsal.edit(path, place, '1.1.01');
    rehearsal.commit('Change the version');
    rehearsal.push('v1.1.0');
    expect([path, rehearsal.release('v1.1.0').failedStep]).toEqual([path, 'The versions agree']);
    rehearsal.git('reset', '--quiet', '--hard', 'HEAD~1');
  }
});

test('npm version sets the version in every file but the changelog', () => {
  using rehearsal = new Rehearsal(REPOSITORY);
  rehearsal.setVersion('987.6.5');
  expect(rehearsal.git('diff', '--name-only', 'HEAD~1').split('\n')).toEqual([
    '.github/workflows/auto-accept.yml',
    'CHANGELOG.md',
    'package-lock.json',
    'package.json',
    'src/version.ts',
  ]);
});

test('the script version refuses a version of its own, which npm version takes', () => {
  using rehearsal = new Rehearsal(REPOSITORY);
  expect(() => rehearsal.run('node', 'tools/set-version.ts', '1.2.0')).toThrow(
    'npm version 1.2.0 --no-git-tag-version',
  );
  expect(rehearsal.git('status', '--porcelain')).toBe('');
});

test('publisher fails without a stack trace in a folder that is not a repository', () => {
  using rehearsal = new Rehearsal(REPOSITORY);
  rehearsal.run('rm', '-rf', '.git');
  const run = () => rehearsal.run('node', 'tools/publisher.ts', PUBLISHER);
  expect(run).toThrow('not a git repository');
  expect(run).not.toThrow(/\n\s+at /);
});

test('publisher leaves no placeholder in any file, changes nothing the second time, and renames', () => {
  using rehearsal = new Rehearsal(REPOSITORY);
  const first = rehearsal.run('node', 'tools/publisher.ts', PUBLISHER).split('\n');
  expect(first.at(-1)).toBe(`The publisher is ${PUBLISHER} now.`);
  const changed = rehearsal.git('diff', '--name-only').split('\n');
  expect(first.slice(0, -1).map((line) => line.split(':')[0])).toEqual(changed);
  expect(changed).toEqual(
    expect.arrayContaining([
      '.github/CODEOWNERS',
      'README.md',
      'package.json',
      'examples/auto-accept.yml',
      'docs/recipes.md',
    ]),
  );
  expect(() => rehearsal.git('grep', '--word-regexp', PLACEHOLDER)).toThrow('failed');

  rehearsal.commit('Name the publisher');
  expect(rehearsal.run('node', 'tools/publisher.ts', PUBLISHER)).toBe(`The publisher is ${PUBLISHER} already.`);
  expect(rehearsal.git('status', '--porcelain')).toBe('');

  // A document that somebody has written since then.
  rehearsal.write('docs/new.md', `Ask ${PLACEHOLDER}.\n`);
  expect(rehearsal.run('node', 'tools/publisher.ts', PUBLISHER)).toContain('docs/new.md: 1 place\n');
  expect(rehearsal.read('docs/new.md')).toBe(`Ask ${PUBLISHER}.\n`);
  rehearsal.write('docs/new.md', '');

  const again = rehearsal.run('node', 'tools/publisher.ts', 'hubot');
  expect(again).toContain('The publisher is hubot now.');
  expect(() =>
    rehearsal.git('grep', `@${PUBLISHER}\\|${PUBLISHER}/cloudflare\\|${PUBLISHER} is the\\|${PUBLISHER}. is the`),
  ).toThrow('failed');
});

test('publisher refuses an invalid name of a GitHub account, and changes nothing', () => {
  using rehearsal = new Rehearsal(REPOSITORY);
  const long = 'a'.repeat(40);
  for (const name of ['', 'a b', '@octocat', 'octo--cat', '-octocat', 'octocat-', 'octo_cat', long, PLACEHOLDER]) {
    const run = () => rehearsal.run('node', 'tools/publisher.ts', name);
    expect(run).toThrow(`"${name}" is not the name of a GitHub account`);
  }
  expect(rehearsal.git('status', '--porcelain')).toBe('');
});
