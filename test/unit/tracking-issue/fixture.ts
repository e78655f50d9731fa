import type { RunResult, StepContext } from '../../../src/invites/run-result.ts';
import type { ListedInvite } from '../../../src/invites/select.ts';
import { failed, ignoredOf, searchOf, succeeded } from '../report/fixture.ts';

type Handled = Extract<RunResult, { readonly kind: 'handled' }>;

export const CONTEXT: StepContext = { desiredStatus: 'accepted', dryRun: false, scheme: 'api-token' };

/** Ten hours before the invite expires. */
const END_MS = Date.parse('2026-11-23T09:00:00Z');

export const INVITE: ListedInvite = {
  id: '4f5f0000000000000000000000000001',
  status: 'pending',
  organization_name: 'Acme, Inc.',
  invited_by: 'it@acme.example',
  expires_on: '2026-11-23T19:00:00Z',
};

/** A search that found an invite that expires soon and that no filter decides about. */
export const EXPIRING = searchOf({ ignored: [ignoredOf(INVITE)], expiringSoon: [INVITE] });

/** A run that found and changed one invite, changed by `changes`. */
export function handled(changes: Partial<Handled> = {}): Handled {
  const outcomes = [succeeded('changed', INVITE.id, { ...INVITE, status: 'accepted' })];
  return {
    kind: 'handled',
    context: CONTEXT,
    outcomes,
    search: searchOf(),
    stop: undefined,
    endMs: END_MS,
    ...changes,
  };
}

/** A run whose only invite failed. */
export const FAILURE = handled({ outcomes: [failed(INVITE.id, { invite: INVITE })] });
