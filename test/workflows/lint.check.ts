import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { OUTPUT_NAMES } from '../../src/report/outputs.ts';
import { ACTION, edit, listFiles, readRepositoryFile as read, SELF } from './act.ts';
import { type Finding, lintAction, lintWorkflow, OUTPUTS_FROM_OUTSIDE, snippetsOf, wholeWorkflow } from './lint.ts';

const show = (path: string, findings: readonly Finding[], from = 0): string[] =>
  findings.map(({ line, message }) => `${path}:${line + from}: ${message}`);

const examples = listFiles('examples', /\.ya?ml$/);

test('the folder examples has every example', () => {
  const names = ['accept-one', 'after-invite', 'auto-accept', 'many-users', 'review'];
  expect(examples).toEqual(expect.arrayContaining(names.map((name) => `examples/${name}.yml`)));
});

test.each([...examples, ...listFiles('.github/workflows', /\.ya?ml$/)])(
  '%s follows the grammar of workflows and the rules of this repository',
  async (path) => {
    expect(show(path, await lintWorkflow(path, read(path)))).toEqual([]);
  },
);

test.each([...examples, '.github/workflows/auto-accept.yml'])(
  '%s has no permissions at the top, and its jobs have time limits',
  (path) => {
    const { permissions, jobs } = parse(read(path)) as {
      permissions: unknown;
      jobs: Record<string, { steps?: object[]; 'timeout-minutes'?: number; strategy?: { 'fail-fast'?: boolean } }>;
    };
    expect(permissions).toEqual({});
    for (const { steps, strategy, 'timeout-minutes': minutes } of Object.values(jobs)) {
      if (steps !== undefined) expect(minutes).toBeGreaterThan(10);
      if (strategy !== undefined) expect(strategy['fail-fast']).toBe(false);
    }
  },
);

test('action.yml follows the grammar of actions', async () => {
  expect(show('action.yml', await lintAction(read('action.yml')))).toEqual([]);
});

test.each(['README.md', ...listFiles('docs', /\.md$/)])('%s has valid YAML snippets', async (path) => {
  const found: string[] = [];
  for (const { line, text } of snippetsOf(read(path))) {
    const { text: whole, addedLines } = wholeWorkflow(text);
    found.push(...show(path, await lintWorkflow('snippet.yml', whole), line - addedLines - 1));
  }
  expect(found).toEqual([]);
});

test('README.md has YAML snippets', () => {
  expect(snippetsOf(read('README.md')).length).toBeGreaterThan(1);
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
    uses: ${SELF}/.github/workflows/auto-accept.yml@v1
    permissions:
      issues: write
    with:
      users: '["a"]'
      organization-id: '*'
      invited-by: '*'
      roles: '*'
`;

test('lintWorkflow accepts a valid workflow', async () => {
  expect(await lintWorkflow('good.yml', GOOD)).toEqual([]);
});

test('lintWorkflow accepts this action pinned by commit id, and checks its outputs', async () => {
  const pinned = edit(GOOD, `${ACTION}\n`, `${SELF}@${'0'.repeat(40)} # v1.0.0\n`);
  expect(await lintWorkflow('good.yml', pinned)).toEqual([]);
  expect(await lintWorkflow('bad.yml', edit(pinned, /invite_ids(?= }}\n {2}second)/, 'ids'))).toHaveLength(1);
});

// Patterns find the one place of several that look the same.
test.each<[string, string | RegExp, string, string]>([
  ['a misspelt key', 'runs-on:', 'runs-onn:', 'runs-onn'],
  ['an unknown permission', 'permissions: {}', 'permissions: { issue: write }', "'issue'"],
  ['missing permissions at the top', 'permissions: {}\n', '', 'no permissions at the top'],
  ['an invalid cron', "'17 * * * *'", "'61 * * * *'", 'cron'],
  ['an unknown input', 'invite-id: abc', 'invite_id: abc', "'invite_id'"],
  ['a missing required input', /status: accepted\n {10}(?=invite-id)/, '', 'status'],
  ['an unknown input of the checkout', /(?<=uses: .\/\n {8}with:\n {10})status/, 'staus', "'staus'"],
  ['an unknown output in a step', /invite_ids(?= }}\n {2}second)/, 'ids', 'ids'],
  ['an unknown output in a job', /invite_ids(?= }}\n {4}steps)/, 'inviteids', 'inviteids'],
  ['an unknown step', /(?<=steps.)invites(?=\S+ }}\n {2}second)/, 'invite', 'invite'],
  ['another version of the action', `${ACTION}\n`, `${SELF}@v0\n`, '@v0'],
  ['an action without a commit id', '@3d3c42e5aac5ba805825da76410c181273ba90b1', '@v7', 'not pinned'],
  ['a commit id without a version', ' # v7.0.1', '', 'lacks a comment'],
  ['an expression in a script', '$IDS', `\${{ steps.invites.outputs.invite_ids }}`, 'expression in a script'],
  ['an unknown input of the called workflow', "users: '[", "user: '[", 'user'],
  ['a missing input of the called workflow', "      roles: '*'\n", '', 'roles'],
  ['an unknown job', 'needs: first', 'needs: frist', 'frist'],
  ['an unknown function', /steps.invites.outputs.invite_ids(?= }}\n {4}steps)/, "fromJSN('1')", 'fromJSN'],
  ['a YAML error', 'name: Good', 'name: "Good', ''],
])('lintWorkflow finds %s', async (_what, from, to, message) => {
  const findings = await lintWorkflow('bad.yml', edit(GOOD, from, to));
  expect(findings.map((finding) => finding.message).join('\n')).toContain(message);
  expect(findings).not.toEqual([]);
});

// Every way in which a script gets text of Cloudflare's.
test.each([
  ...OUTPUTS_FROM_OUTSIDE.map((name) => `steps.invites.outputs.${name}`),
  "steps.invites.outputs['roles']",
  'fromJSON(steps.invites.outputs.roles)[0]',
  "format('{0}', steps.invites.outputs.invites)",
  'steps.invites.outputs . roles',
  'toJSON(steps)',
  'toJSON(steps.invites)',
  'toJSON(steps.invites.outputs)',
  "join(steps.invites.outputs.*, ' ')",
  "join(steps.*.outputs.roles, ' ')",
])('lintWorkflow refuses a script that gets %s', async (expression) => {
  const found = async (text: string) =>
    (await lintWorkflow('bad.yml', text)).filter(({ message }) => message.startsWith('Text from outside'));
  const inStep = edit(GOOD, /steps\.invites\.outputs\.invite_ids(?= }}\n {2}second)/, expression);
  expect(await found(inStep)).toHaveLength(1);
  const inScript = edit(GOOD, '$IDS', `\${{ ${expression} }}`);
  expect(await found(inScript)).toHaveLength(1);
  const aliased = edit(GOOD, /steps\.invites\.outputs\.invite_ids(?= }}\n {4}steps)/, expression);
  const second = `  third:
    needs: first
    runs-on: ubuntu-latest
    env:
      TEXT: \${{ needs.first.outputs.ids }}
    steps:
      - run: echo "$TEXT"
`;
  expect(await found(`${aliased}${second}`)).toHaveLength(1);
  expect(await found(`${GOOD}${second}`)).toEqual([]);
});

test('the outputs that no script may get are outputs of the action', () => {
  expect(OUTPUT_NAMES).toEqual(expect.arrayContaining([...OUTPUTS_FROM_OUTSIDE]));
});

test.each([
  ['a misspelt key', 'author:', 'auther:'],
  ['an unknown runtime', 'using: node24', 'using: node7'],
])('lintAction finds %s', async (_what, from, to) => {
  expect(await lintAction(edit(read('action.yml'), from, to))).not.toEqual([]);
});

test.each([
  ['steps', `- uses: ${ACTION}\n  with:\n    status: accepted\n`, 'status:', 'staus:'],
  ['indented steps', `      - uses: ${ACTION}\n        with:\n          status: accepted\n`, 'status:', 'staus:'],
  ['inputs', "organization-id: '*'\nstatus: accepted\n", 'status:', 'staus:'],
  ['a job', 'job:\n  runs-on: ubuntu-latest\n  steps:\n    - run: make\n', 'runs-on', 'runs-onn'],
  ['a key at the top', 'concurrency:\n  group: a\n  cancel-in-progress: false\n', 'cancel-in', 'cancle-in'],
  ['triggers', "on:\n  schedule:\n    - cron: '1 2 * * *'\npermissions: {}\n", '1 2', '99 2'],
])('wholeWorkflow completes %s', async (_what, snippet, from, to) => {
  expect(await lintWorkflow('snippet.yml', wholeWorkflow(snippet).text)).toEqual([]);
  expect(await lintWorkflow('snippet.yml', wholeWorkflow(edit(snippet, from, to)).text)).not.toEqual([]);
});

test('snippetsOf finds the YAML of a Markdown text, in lists too', () => {
  const markdown =
    'a\n```yaml\non: push\n```\n- b\n\n  ```yml\n  jobs:\n    a: 1\n  ```\n````text\n```yaml\nx: 1\n```\n````\n';
  expect(snippetsOf(markdown)).toEqual([
    { line: 3, text: 'on: push\n' },
    { line: 8, text: 'jobs:\n  a: 1\n' },
  ]);
});
