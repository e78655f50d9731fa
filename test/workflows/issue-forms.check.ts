import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { listFiles, readRepositoryFile as read, SELF } from './act.ts';

/** Source: https://docs.github.com/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema */
interface Field {
  readonly type: 'markdown' | 'input' | 'textarea' | 'dropdown' | 'checkboxes';
  readonly id?: string;
  readonly attributes: { readonly label?: string; readonly value?: string; readonly options?: readonly unknown[] };
}

interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly Field[];
}

const ADVISORIES = `https://github.com/${SELF}/security/advisories/new`;
const FOLDER = '.github/ISSUE_TEMPLATE';
const forms = listFiles(FOLDER, /^(?!config).*\.yml$/);

test('there are forms for a bug and an idea, and no issue without a form', () => {
  expect(forms.toSorted()).toEqual([`${FOLDER}/bug.yml`, `${FOLDER}/idea.yml`]);
  const config = parse(read(`${FOLDER}/config.yml`));
  expect(config.blank_issues_enabled).toBe(false);
  expect(config.contact_links).toMatchObject([{ url: ADVISORIES }]);
});

test.each(forms)('%s follows the form schema, asks for cf-ray, and says what not to paste', (path) => {
  const { name, description, body } = parse(read(path)) as Form;
  expect([name, description]).not.toContain('');
  for (const { type, id, attributes } of body) {
    if (type === 'markdown') {
      expect(Object.keys(attributes)).toEqual(['value']);
      continue;
    }
    expect(['input', 'textarea', 'dropdown', 'checkboxes']).toContain(type);
    expect(id).toMatch(/^[\w-]+$/);
    expect(attributes.label).toMatch(/\S/);
    if (type === 'dropdown' || type === 'checkboxes') expect(attributes.options).not.toEqual([]);
  }
  const ids = body.flatMap(({ id }) => id ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  expect(JSON.stringify(body)).toContain('cf-ray');
  for (const secret of ['tokens', 'keys', 'ids of invites', 'e-mail']) {
    expect(body[0]?.attributes.value).toMatch(new RegExp(`Do not paste [^.]*${secret}`));
  }
});

test('the form for a bug points to private reports', () => {
  expect(read(`${FOLDER}/bug.yml`)).toContain(ADVISORIES);
});
