import { formatRef, INVITE_FIELDS, type Invite, type InviteField, type InviteKind } from '../cloudflare/invite.ts';
import { isFailed } from '../invites/outcome.ts';
import type { ReportedOutcome } from '../problems/outcome-problem.ts';
import { problemLine } from '../problems/problem.ts';
import type { Annotation } from './workflow.ts';

const INVITE_OUTPUTS = Object.keys(INVITE_FIELDS) as readonly InviteField[];
const KIND_OUTPUTS = ['kind', 'membership_id'] as const;
const COUNT_OUTPUTS = ['changed', 'matched_count', 'changed_count', 'failed_count', 'invite_ids', 'invites'] as const;
/** Every output of the action: the fields of an invite, under Cloudflare's names, and facts about all invites. */
export const OUTPUT_NAMES = [...INVITE_OUTPUTS, ...KIND_OUTPUTS, ...COUNT_OUTPUTS] as const;

export type Outputs = Readonly<Record<(typeof OUTPUT_NAMES)[number], string>>;

/** Room for `invites`, in characters. GitHub refuses outputs of a job beyond 1 MiB in UTF-16: 524,288 characters. */
const MAX_INVITES_LENGTH = 400_000;
/** Room for `invite_ids` and `invites` together; the rest is for the other outputs. */
const MAX_LISTS_LENGTH = 500_000;

/** The outputs of a step, and how many invites did not fit into `invites`. */
export function buildOutputs(outcomes: readonly ReportedOutcome[]): { outputs: Outputs; omitted: number } {
  const only = outcomes.length === 1 ? outcomes[0] : undefined;
  const changedCount = outcomes.filter(({ kind }) => kind === 'changed').length;
  const inviteIds = JSON.stringify(outcomes.map(({ id, invite: { kind } }) => formatRef({ id, kind })));
  const maxLength = Math.min(MAX_INVITES_LENGTH, MAX_LISTS_LENGTH - inviteIds.length);
  const { json, omitted } = stringifyWithin(outcomes.map(toEntry), maxLength);
  return {
    outputs: {
      ...inviteOutputs(only === undefined ? {} : { ...only.invite, id: only.id }),
      kind: only === undefined ? '' : kindOf(only.invite),
      membership_id: only?.invite.kind === 'membership' ? only.id : '',
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
  const line = `GitHub limits the size of outputs: ${omitted} of ${count} invites were left out of "invites". "invite_ids" has them all.`;
  return { title: 'The output "invites" is not complete', lines: [line] };
}

function inviteOutputs(invite: Invite): Readonly<Record<InviteField, string>> {
  const texts = INVITE_OUTPUTS.map((name) => {
    const value = invite[name] ?? '';
    return [name, typeof value === 'object' ? JSON.stringify(value) : String(value)];
  });
  return Object.fromEntries(texts);
}

const kindOf = ({ kind = 'invite' }: Invite): InviteKind => kind;

function toEntry(outcome: ReportedOutcome): unknown {
  const { invite, id, kind } = outcome;
  const ofMembership = invite.kind === 'membership' && { membership_id: id };
  const facts = { kind: kindOf(invite), ...ofMembership, outcome: kind };
  return { ...invite, id, ...facts, ...(isFailed(outcome) && { error: problemLine(outcome.problem) }) };
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
