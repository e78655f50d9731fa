import type { SandboxCredentials, SandboxInvite } from './cloudflare.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Ids of the demo account's invites. */
export const DEMO_IDS = {
  acmeDns: '4f5f0c14a2a41d5063dd301b2f829f04',
  acmeAdministrator: '91b3c0de77aa4f0e8d5a2c6f1e0b9a83',
  agency: 'c2a9e1f07d3b4865a1f2e3d4c5b6a798',
  unexpected: '0d1e2f3a4b5c6d7e8f9012345678abcd',
  expiresSoon: '7e57ab1e5eed4d0c8badf00dcafe1234',
  expired: 'b0bacafe00112233445566778899aabb',
  accepted: 'deadbeef8899aabbccddeeff00112233',
} as const;

export interface DemoAccount {
  readonly credentials: Required<SandboxCredentials>;
  readonly invites: readonly SandboxInvite[];
}

/**
 * A user with typical invites: from a known company, from a customer's agency and from an unknown sender; one that
 * expires soon, one that has expired, and one that was accepted long ago.
 * @param nowMs milliseconds since the epoch; the dates of the invites are relative to it
 */
export function demoAccount(nowMs: number): DemoAccount {
  const at = (offsetMs: number): string => new Date(nowMs + offsetMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const invite = (invitedMs: number, details: SandboxInvite): SandboxInvite => ({
    status: 'pending',
    invited_member_id: '5a7805061c76ada191ed06f989cc3dac',
    invited_member_email: 'bot@example.net',
    organization_is_enforcing_twofactor: false,
    invited_on: at(invitedMs),
    expires_on: at(invitedMs + 4 * DAY_MS),
    ...details,
  });
  const acme = {
    organization_id: '9a7806061c88ada191ed06f989cc3dac',
    organization_name: 'Acme, Inc.',
    organization_is_enforcing_twofactor: true,
    invited_by: 'it@acme.example',
  };
  return {
    credentials: {
      token: 'cfut_this-is-a-fake-token-of-the-sandbox',
      email: 'bot@example.net',
      key: 'cfk_this-is-a-fake-key-of-the-sandbox',
    },
    invites: [
      invite(-2 * HOUR_MS, { id: DEMO_IDS.acmeDns, ...acme, roles: ['DNS'] }),
      invite(-HOUR_MS, { id: DEMO_IDS.acmeAdministrator, ...acme, roles: ['Administrator', 'Billing'] }),
      invite(-DAY_MS, {
        id: DEMO_IDS.agency,
        organization_id: '1f0e2d3c4b5a69788796a5b4c3d2e1f0',
        organization_name: 'Blue Heron Agency – Müller & Söhne',
        invited_by: 'ops@blue-heron.example',
        roles: ['DNS', 'Cache Purge'],
      }),
      invite(-3 * HOUR_MS, {
        id: DEMO_IDS.unexpected,
        organization_id: '666f6f6261720a666f6f6261720a6666',
        organization_name: 'Totally Legit Ltd',
        invited_by: 'someone@unknown.example',
        roles: ['Super Administrator - All Privileges'],
      }),
      invite(-4 * DAY_MS + 5 * HOUR_MS, {
        id: DEMO_IDS.expiresSoon,
        organization_id: '2b3c4d5e6f708192a3b4c5d6e7f80910',
        organization_name: 'Globex Staging',
        invited_by: 'platform@globex.example',
        roles: ['Administrator Read Only'],
      }),
      invite(-5 * DAY_MS, {
        id: DEMO_IDS.expired,
        organization_id: '3c4d5e6f708192a3b4c5d6e7f8091021',
        organization_name: 'Initech',
        invited_by: 'admin@initech.example',
        roles: ['DNS'],
      }),
      invite(-40 * DAY_MS, { id: DEMO_IDS.accepted, ...acme, roles: ['Analytics'], status: 'accepted' }),
    ],
  };
}
