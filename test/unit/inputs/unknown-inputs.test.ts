import { expect, test } from 'vitest';
import { INPUT_NAMES } from '../../../src/inputs/table.ts';
import { checkUnknownInputs } from '../../../src/inputs/unknown-inputs.ts';

/** What is said of variables: problems, and lines of the log. */
function said(...variables: readonly string[]): { problems: readonly string[]; lines: readonly string[] } {
  const problems: string[] = [];
  const lines: string[] = [];
  const env = Object.fromEntries(variables.map((name) => [name, 'x']));
  checkUnknownInputs(
    env,
    (problem) => problems.push(problem),
    (line) => lines.push(line),
  );
  return { problems, lines };
}

test('declared inputs and other variables are passed over', () => {
  const declared = INPUT_NAMES.map((name) => `INPUT_${name.toUpperCase()}`);
  expect(said(...declared, 'PATH', 'INPUT', 'MY_INPUT_X')).toEqual({ problems: [], lines: [] });
});

test.each(INPUT_NAMES.filter((name) => name.includes('-') && name !== 'github-token'))(
  'the input %s with "_" in place of "-" is a problem with a suggestion',
  (name) => {
    const { problems } = said(`INPUT_${name.replaceAll('-', '_').toUpperCase()}`);
    expect(problems).toEqual([expect.stringContaining(`Did you mean ${name}?`)]);
  },
);

test.each([
  ['ROLE', 'roles'],
  ['INVITE_IDS', 'invite-id'],
  ['API_TOKENS', 'api-token'],
  ['ORGANIZATIONNAME', 'organization-name'],
  ['TOKEN', 'api-token'],
  ['EMAIL', 'api-email'],
  ['ACCOUNT_ID', 'organization-id'],
  ['ORG_ID', 'organization-id'],
  ['MEMBERSHIP_ID', 'invite-id'],
  ['DRYRUN', 'dry-run'],
  ['INVITE-IDS', 'invite-id'],
  ['ROLS', 'roles'],
  ['RULES', 'roles'],
  ['STATUSS', 'status'],
  ['STAUTS', 'status'],
  ['INVITED_BYE', 'invited-by'],
])('the variable INPUT_%s is a problem that suggests %s', (name, meant) => {
  expect(said(`INPUT_${name}`).problems).toEqual([expect.stringContaining(`Did you mean ${meant}?`)]);
});

const SLIPS: Readonly<Record<string, (name: string, index: number) => string>> = {
  'a letter less': (name, index) => name.slice(0, index) + name.slice(index + 1),
  'a letter more': (name, index) => `${name.slice(0, index)}Q${name.slice(index)}`,
  'another letter': (name, index) => `${name.slice(0, index)}Q${name.slice(index + 1)}`,
  'two letters in the other order': (name, index) =>
    `${name.slice(0, index)}${name[index + 1] ?? ''}${name[index]}${name.slice(index + 2)}`,
};

test.each(Object.entries(SLIPS))('every input with %s is a problem', (_what, slip) => {
  // Many workflows set INPUT_GITHUB_TOKEN for purposes of their own.
  for (const name of INPUT_NAMES) {
    const written = name.replaceAll('-', '_').toUpperCase();
    for (let index = 0; index < written.length; index++) {
      const variable = `INPUT_${slip(written, index)}`;
      if (['INPUT_GITHUB_TOKEN', `INPUT_${name.toUpperCase()}`].includes(variable)) continue;
      expect(said(variable).problems, variable).toHaveLength(1);
    }
  }
});

test('an undeclared name with "-" is a problem that lists the inputs', () => {
  expect(said('INPUT_COLOUR-SCHEME').problems).toEqual([expect.stringContaining('The inputs are status, invite-id')]);
});

test.each(['FOO', 'GITHUB_TOKEN', 'VERSION', 'NODE_VERSION'])('the variable INPUT_%s is a line of the log', (name) => {
  const { problems, lines } = said(`INPUT_${name}`);
  expect(problems).toEqual([]);
  expect(lines).toEqual([`INPUT_${name} is not an input of this action. It is ignored.`]);
});
