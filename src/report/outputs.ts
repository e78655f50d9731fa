import { type Invite, isFailed, type Outcome, problemLine } from '../invites/outcome.ts';
import type { Annotation } from './workflow.ts';

/** Fields of an invite that are outputs of their own, under Cloudflare's names. */
const INVITE_OUTPUTS = [
  'id',
  'status',
  'organization_id',
  'organization_name',
  'roles',
  'invited_by',
  'invited_on',
  'expires_on',
  'invited_member_id',
  'invited_member_email',
  'organization_is_enforcing_twofactor',
] as const satisfies readonly (keyof Invite)[];

/** Every output of the action. */
export const OUTPUT_NAMES = [
  ...INVITE_OUTPUTS,
  'changed',
  'matched_count',
  'changed_count',
  'failed_count',
  'invite_ids',
  'invites',
] as const;

export type Outputs = Readonly<Record<(typeof OUTPUT_NAMES)[number], string>>;

/**
 * GitHub refuses the outputs of a job beyond 1 MiB, counted in UTF-16: 524,288 characters for everything.
 * This much of that is for `invites`.
 */
const MAX_INVITES_LENGTH = 400_000;
/** What `invite_ids` and `invites` may take together, some room for the other outputs being left. */
const MAX_LISTS_LENGTH = 500_000;

/**
 * The outputs of a step, and how many invites did not fit into `invites`.
 * @param redact applied to every text before it becomes JSON, whose escapes could break up a credential
 */
export function buildOutputs(
  all: readonly Outcome[],
  redact: (text: string) => string,
): { outputs: Outputs; omitted: number } {
  const outcomes = all.map((outcome) => redactOutcome(outcome, redact));
  const only = outcomes.length === 1 ? outcomes[0] : undefined;
  const changedCount = outcomes.filter(({ kind }) => kind === 'changed').length;
  const inviteIds = JSON.stringify(outcomes.map(({ id }) => id));
  const maxLength = Math.min(MAX_INVITES_LENGTH, MAX_LISTS_LENGTH - inviteIds.length);
  const { json, omitted } = stringifyWithin(outcomes.map(toEntry), maxLength);
  return {
    outputs: {
      ...inviteOutputs(only === undefined ? {} : { ...only.invite, id: only.id }),
      changed: String(changedCount > 0),
      matched_count: String(outcomes.length),
      changed_count: String(changedCount),
      failed_count: String(outcomes.filter(isFailed).length),
      invite_ids: inviteIds,
      invites: json,
    },
    omitted,
  };
}

/** Says that `omitted` of `count` invites are missing from the output `invites`. */
export function omittedWarning(omitted: number, count: number): Annotation {
  return {
    title: 'The output "invites" is not complete',
    lines: [
      `GitHub limits the size of outputs: ${omitted} of ${count} invites were left out of "invites". "invite_ids" has them all.`,
    ],
  };
}

function redactOutcome(outcome: Outcome, redact: (text: string) => string): Outcome {
  const redactValue = (value: unknown): unknown => {
    if (typeof value === 'string') return redact(value);
    return Array.isArray(value) ? value.map(redactValue) : value;
  };
  const redactFields = <T extends object>(fields: T): T =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, redactValue(value)])) as T;
  const invite = redactFields(outcome.invite);
  return isFailed(outcome) ? { ...outcome, invite, problem: redactFields(outcome.problem) } : { ...outcome, invite };
}

function inviteOutputs(invite: Invite): Pick<Outputs, (typeof INVITE_OUTPUTS)[number]> {
  return {
    id: invite.id ?? '',
    status: invite.status ?? '',
    organization_id: invite.organization_id ?? '',
    organization_name: invite.organization_name ?? '',
    roles: invite.roles === undefined ? '' : JSON.stringify(invite.roles),
    invited_by: invite.invited_by ?? '',
    invited_on: invite.invited_on ?? '',
    expires_on: invite.expires_on ?? '',
    invited_member_id: invite.invited_member_id ?? '',
    invited_member_email: invite.invited_member_email ?? '',
    organization_is_enforcing_twofactor: String(invite.organization_is_enforcing_twofactor ?? ''),
  };
}

function toEntry(outcome: Outcome): unknown {
  return {
    ...outcome.invite,
    id: outcome.id,
    outcome: outcome.kind,
    ...(isFailed(outcome) && { error: problemLine(outcome.problem) }),
  };
}

/** A JSON array of as many whole entries as fit, in order. */
function stringifyWithin(entries: readonly unknown[], maxLength: number): { json: string; omitted: number } {
  const texts: string[] = [];
  let length = '[]'.length;
  for (const entry of entries) {
    const text = JSON.stringify(entry);
    length += text.length + (texts.length > 0 ? ','.length : 0);
    if (length > maxLength) break;
    texts.push(text);
  }
  return { json: `[${texts.join(',')}]`, omitted: entries.length - texts.length };
}
