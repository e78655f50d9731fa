import { formatRef, INVITE_FIELDS, type Invite, type InviteField, kindOf } from '../cloudflare/invite.ts';
import { isFailed } from '../invites/outcome.ts';
import type { ReportedOutcome } from '../problems/outcome-problem.ts';
import { problemLine } from '../problems/problem.ts';
import { MASK } from '../words.ts';
import type { Annotation, Workflow } from './workflow.ts';

const INVITE_OUTPUTS = Object.keys(INVITE_FIELDS) as readonly InviteField[];
const KIND_OUTPUTS = ['kind', 'membership_id'] as const;
const COUNT_OUTPUTS = ['changed', 'matched_count', 'changed_count', 'failed_count', 'invite_ids', 'invites'] as const;
/** Every output of the action: the fields of an invite, under Cloudflare's names, and facts about all invites. */
export const OUTPUT_NAMES = [...INVITE_OUTPUTS, ...KIND_OUTPUTS, ...COUNT_OUTPUTS] as const;

export type Outputs = Readonly<Record<(typeof OUTPUT_NAMES)[number], string>>;

/** Room for `invites`, in characters. GitHub refuses outputs of a job beyond 1 MiB in UTF-16: 524,288 characters. */
const MAX_INVITES_LENGTH = 400_000;
/** Warn beyond this, in bytes of UTF-8. Source: execve(2), 128 KiB for a variable on Linux; Windows has less. */
const MAX_VARIABLE_BYTES = 100_000;
/** Room for `invite_ids` and `invites` together; the rest is for the other outputs. */
const MAX_LISTS_LENGTH = 500_000;

interface BuiltOutputs {
  readonly outputs: Outputs;
  /** How many invites did not fit into `invites`. */
  readonly omitted: number;
}

/** The outputs of a step. */
export function buildOutputs(outcomes: readonly ReportedOutcome[]): BuiltOutputs {
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

/**
 * What a user of the outputs should know: invites that are missing, values that are too long, values that were altered.
 * @param altered the values of responses in which a credential was replaced
 */
export function outputWarnings(
  { outputs, omitted }: BuiltOutputs,
  outcomes: readonly ReportedOutcome[],
  altered: ReadonlySet<string> = new Set(),
): readonly Annotation[] {
  const warnings: Annotation[] = [];
  const warn = (title: string, text: string): void => void warnings.push({ title, lines: [`${title}. ${text}`] });
  if (omitted > 0) {
    const left = `${omitted} of ${outcomes.length} invites were left out of "invites"`;
    warn(
      'The output "invites" is not complete',
      `GitHub limits the size of outputs: ${left}. "invite_ids" has them all.`,
    );
  }
  const long = OUTPUT_NAMES.filter((name) => Buffer.byteLength(outputs[name]) > MAX_VARIABLE_BYTES);
  if (long.length > 0) {
    const limits = 'Linux takes 128 KiB each, Windows 32,767 characters in all';
    warn(
      'An output may be too long for an environment variable',
      `More than ${MAX_VARIABLE_BYTES.toLocaleString('en')} bytes: ${long.join(', ')}. ${limits}, so a step that gets it in "env" may not start. Use the counts instead, or let one step handle fewer invites.`,
    );
  }
  const isAltered = (value: Invite[InviteField]): boolean =>
    Array.isArray(value) ? value.some(isAltered) : altered.has(String(value));
  const fields = INVITE_OUTPUTS.filter((name) => outcomes.some(({ invite }) => isAltered(invite[name])));
  if (fields.length > 0) {
    const where = `Cloudflare sent a part of a credential of this step in ${fields.join(', ')}`;
    warn('Values in the outputs were altered', `${where}; "${MASK}" stands in its place. Find out how it came there.`);
  }
  return warnings;
}

/** Sets every output that can be set; resolves with the names of the others, and the last reason. */
export async function writeOutputs(outputs: Outputs, workflow: Pick<Workflow, 'setOutput'>) {
  const names: string[] = [];
  let reason: unknown;
  for (const [name, value] of Object.entries(outputs)) {
    try {
      await workflow.setOutput(name, value);
    } catch (error) {
      names.push(name);
      reason = error;
    }
  }
  return { names, reason };
}

function inviteOutputs(invite: Invite): Readonly<Record<InviteField, string>> {
  const texts = INVITE_OUTPUTS.map((name) => {
    const value = invite[name] ?? '';
    return [name, typeof value === 'object' ? JSON.stringify(value) : String(value)];
  });
  return Object.fromEntries(texts);
}

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
