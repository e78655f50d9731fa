import { INPUT_PROBLEMS, otherVariable } from '../problems/input-problems.ts';
import type { Environment } from './environment.ts';
import { INPUT_NAMES, type InputName } from './table.ts';

/** Other words for inputs, in the form of `normalizeName`. */
const OTHER_WORDS: ReadonlyMap<string, InputName> = new Map(
  Object.entries({
    'invite-id': ['invite', 'invitation', 'invitationid', 'membership', 'membershipid', 'memberid'],
    kind: ['invitekind', 'invitationkind', 'invitetype', 'invitationtype'],
    'api-token': ['token', 'cftoken', 'cfapitoken', 'cloudflaretoken', 'cloudflareapitoken'],
    'api-email': ['email', 'mail', 'cfemail', 'cloudflareemail'],
    'api-key': ['key', 'globalapikey', 'cfapikey', 'cloudflareapikey'],
    'organization-id': ['account', 'accountid', 'org', 'orgid', 'organization', 'organisation', 'organisationid'],
    'organization-name': ['accountname', 'orgname', 'organisationname'],
    'invited-by': ['inviter', 'inviteremail', 'inviterid'],
    'if-no-match': ['nomatch', 'onnomatch', 'ifnone', 'ifnomatches'],
    'wait-seconds': ['wait', 'waittime', 'waitfor'],
    'dry-run': ['dry'],
    retries: ['retry', 'maxretrie', 'retrycount'],
    'timeout-seconds': ['timeout'],
    'api-base-url': ['baseurl', 'apiurl'],
    'report-issue': ['issue', 'issuetitle', 'trackingissue'],
    'github-token': ['ghtoken'],
  } satisfies Partial<Record<InputName, readonly string[]>>).flatMap(([name, words]) =>
    words.map((word): [string, InputName] => [word, name as InputName]),
  ),
);

/** A variable that many workflows set for purposes of their own. */
const COMMON_VARIABLE = 'GITHUB_TOKEN';

/** What remains of a name without case, `-`, `_`, blanks and a final `s`. */
function normalizeName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[-_\s]/g, '')
    .replace(/s$/, '');
}

/** Whether one text becomes the other by a character more, less or changed, or by two in the other order. */
function isSlip(written: string, meant: string): boolean {
  let start = 0;
  while (start < written.length && written[start] === meant[start]) start += 1;
  const [rest, other] = [written.slice(start), meant.slice(start)];
  const forms = [
    rest.slice(1),
    `${other[0]}${rest}`,
    `${other[0]}${rest.slice(1)}`,
    `${rest[1]}${rest[0]}${rest.slice(2)}`,
  ];
  return forms.includes(other);
}

/**
 * Finds inputs that the action does not declare. The runner only warns of them, and an ignored filter widens a policy:
 * so a misspelt input is a problem. Workflows use other `INPUT_…` variables for purposes of their own.
 *
 * @param report records a problem
 * @param note records a line for the log
 */
export function checkUnknownInputs(
  env: Environment,
  report: (problem: string) => void,
  note: (line: string) => void,
): void {
  const declared = new Set(INPUT_NAMES.map((name) => name.toUpperCase()));
  const forms = INPUT_NAMES.map((name) => [normalizeName(name), name] as const);
  const byForm = new Map(forms);
  for (const variable of Object.keys(env)) {
    const name = /^INPUT_(.+)/is.exec(variable)?.[1];
    if (name === undefined || declared.has(name.toUpperCase())) continue;
    const form = normalizeName(name);
    const meant = byForm.get(form) ?? OTHER_WORDS.get(form) ?? forms.find(([near]) => isSlip(form, near))?.[1];
    const isMisspelt = name.includes('-') || (meant !== undefined && name.toUpperCase() !== COMMON_VARIABLE);
    if (isMisspelt) report(INPUT_PROBLEMS.unknown(name.toLowerCase(), meant, INPUT_NAMES));
    else note(otherVariable(variable));
  }
}
