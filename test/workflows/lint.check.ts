import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ACTION, ROOT } from './act.ts';
import { type Finding, lintAction, lintWorkflow, snippetsOf, wholeWorkflow } from './lint.ts';
import { edit } from './servers.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

function files(folder: string, pattern: RegExp): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder))
    .filter((name) => pattern.test(name))
    .map((name) => `${folder}/${name}`);
}

const show = (path: string, findings: readonly Finding[], from = 0): string[] =>
  findings.map(({ line, message }) => `${path}:${line + from}: ${message}`);

const examples = files('examples', /\.ya?ml$/);

test('the examples are there', () => {
  const names = ['accept-one', 'after-invite', 'auto-accept', 'many-users', 'review'];
  expect(examples).toEqual(expect.arrayContaining(names.map((name) => `examples/${name}.yml`)));
});

test.each([...examples, ...files('.github/workflows', /\.ya?ml$/)])('%s', async (path) => {
  expect(show(path, await lintWorkflow(path, read(path)))).toEqual([]);
});

test.each([...examples, '.github/workflows/auto-accept.yml'])('%s keeps to what examples should show', (path) => {
  const { permissions, jobs } = parse(read(path)) as {
    permissions: unknown;
    jobs: Record<string, { steps?: object[]; 'timeout-minutes'?: number; strategy?: { 'fail-fast'?: boolean } }>;
  };
  expect(permissions).toEqual({});
  for (const { steps, strategy, 'timeout-minutes': minutes } of Object.values(jobs)) {
    if (steps !== undefined) expect(minutes).toBeGreaterThan(10);
    if (strategy !== undefined) expect(strategy['fail-fast']).toBe(false);
  }
});

test('action.yml', async () => {
  expect(show('action.yml', await lintAction(read('action.yml')))).toEqual([]);
});

describe.each(['README.md', ...files('docs', /\.md$/)])('%s', (path) => {
  test('its YAML', async () => {
    const found: string[] = [];
    for (const { line, text } of snippetsOf(read(path))) {
      const { text: whole, addedLines } = wholeWorkflow(text);
      found.push(...show(path, await lintWorkflow('snippet.yml', whole), line - addedLines - 1));
    }
    expect(found).toEqual([]);
  });
});

test('the README has YAML to check', () => {
  expect(snippetsOf(read('README.md')).length).toBeGreaterThan(2);
});

const GOOD = `name: Good
on:
  schedule:
    - cron: '17 * * * *'
permissions: {}
jobs:
  first:
    runs-on: ubuntu-latest
    permissions:
      issues: write
    outputs:
      ids: \${{ steps.invites.outputs.invite_ids }}
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
      - id: invites
        uses: ${ACTION}
        with:
          status: accepted
          invite-id: abc
      - uses: ./
        with:
          status: accepted
      - run: echo "$IDS"
        env:
          IDS: \${{ steps.invites.outputs.invite_ids }}
  second:
    needs: first
    uses: OWNER/cloudflare-invite-action/.github/workflows/auto-accept.yml@v1
    permissions:
      issues: write
    with:
      users: '["a"]'
      organization-id: '*'
      invited-by: '*'
      roles: '*'
`;

describe('the check', () => {
  test('passes this action pinned by commit id', async () => {
    const pinned = `OWNER/cloudflare-invite-action@${'0'.repeat(40)} # v1.0.0`;
    const text = edit(GOOD, `uses: ${ACTION}\n`, `uses: ${pinned}\n`);
    expect(await lintWorkflow('good.yml', text)).toEqual([]);
    expect(
      await lintWorkflow('bad.yml', edit(text, 'outputs.invite_ids }}\n  second', 'outputs.ids }}\n  second')),
    ).toHaveLength(1);
  });

  test('passes what is right', async () => {
    expect(await lintWorkflow('good.yml', GOOD)).toEqual([]);
  });

  test.each([
    ['a misspelt key', 'runs-on:', 'runs-onn:', 'runs-onn'],
    [
      'a permission that does not exist',
      "- cron: '17 * * * *'\npermissions: {}",
      "- cron: '17 * * * *'\npermissions: { issue: write }",
      "'issue'",
    ],
    ['no permissions at the top', 'permissions: {}\njobs:', 'jobs:', 'no permissions at the top'],
    ['a bad cron', "'17 * * * *'", "'61 * * * *'", 'cron'],
    ['an unknown input', 'invite-id: abc', 'invite_id: abc', "'invite_id'"],
    [
      'a required input left out',
      '          status: accepted\n          invite-id: abc',
      '          invite-id: abc',
      'status',
    ],
    [
      'an unknown input of the checkout',
      '      - uses: ./\n        with:\n',
      '      - uses: ./\n        with:\n          staus: x\n',
      "'staus'",
    ],
    ['an unknown output in a step', 'outputs.invite_ids }}\n  second', 'outputs.ids }}\n  second', 'ids'],
    ['an unknown output of a job', 'outputs.invite_ids }}\n    steps', 'outputs.inviteids }}\n    steps', 'inviteids'],
    [
      'an unknown step',
      'steps.invites.outputs.invite_ids }}\n  second',
      'steps.invite.outputs.invite_ids }}\n  second',
      'invite',
    ],
    ['another version of the action', `uses: ${ACTION}\n`, 'uses: OWNER/cloudflare-invite-action@v2\n', '@v2'],
    ['an action that is not pinned', '@3d3c42e5aac5ba805825da76410c181273ba90b1', '@v7', 'not pinned'],
    ['a pin without a version', ' # v7.0.1', '', 'lacks a comment'],
    [
      'an expression in a script',
      'echo "$IDS"',
      `echo "\${{ steps.invites.outputs.invite_ids }}"`,
      'expression in a script',
    ],
    ['an unknown input of the called workflow', "users: '[", "user: '[", 'user'],
    ['a policy left out', "      roles: '*'\n", '', 'roles'],
    ['an unknown job', 'needs: first', 'needs: frist', 'frist'],
    ['an unknown function', 'steps.invites.outputs.invite_ids }}\n    steps', "fromJSN('1') }}\n    steps", 'fromJSN'],
    ['a YAML error', 'name: Good', 'name: "Good', ''],
  ])('finds %s', async (_what, from, to, message) => {
    const findings = await lintWorkflow('bad.yml', edit(GOOD, from, to));
    expect(findings.map((finding) => finding.message).join('\n')).toContain(message);
    expect(findings).not.toEqual([]);
  });

  test.each([
    ['a misspelt key', 'author:', 'auther:'],
    ['an unknown runtime', 'using: node24', 'using: node7'],
  ])('finds in action.yml %s', async (_what, from, to) => {
    expect(await lintAction(edit(read('action.yml'), from, to))).not.toEqual([]);
  });

  test.each([
    ['steps', `- uses: ${ACTION}\n  with:\n    status: accepted\n`, 'status:', 'staus:'],
    ['indented steps', `      - uses: ${ACTION}\n        with:\n          status: accepted\n`, 'status:', 'staus:'],
    ['inputs', "organization-id: '*'\nstatus: accepted\n", 'status:', 'staus:'],
    ['a job', 'job:\n  runs-on: ubuntu-latest\n  steps:\n    - run: make\n', 'runs-on', 'runs-onn'],
    ['a key at the top', 'concurrency:\n  group: a\n  queue: max\n', 'queue', 'que'],
    ['triggers', "on:\n  schedule:\n    - cron: '1 2 * * *'\npermissions: {}\n", '1 2', '99 2'],
  ])('makes a workflow of %s', async (_what, snippet, from, to) => {
    expect(await lintWorkflow('snippet.yml', wholeWorkflow(snippet).text)).toEqual([]);
    expect(await lintWorkflow('snippet.yml', wholeWorkflow(edit(snippet, from, to)).text)).not.toEqual([]);
  });

  test('finds the YAML of a Markdown text, in lists as well', () => {
    const markdown =
      'a\n```yaml\non: push\n```\n- b\n\n  ```yml\n  jobs:\n    a: 1\n  ```\n````text\n```yaml\nx: 1\n```\n````\n';
    expect(snippetsOf(markdown)).toEqual([
      { line: 3, text: 'on: push\n' },
      { line: 8, text: 'jobs:\n  a: 1\n' },
    ]);
  });
});
