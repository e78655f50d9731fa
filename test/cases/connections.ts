import { redirectTo } from '../../sandbox/cloudflare.ts';
import { CREDENTIALS, inviteId } from '../run.ts';
import { always, type Case, http, ID, sharing, unconnected } from './case.ts';

const ELSEWHERE = 'https://elsewhere.example/secret/path?token=abc';
const { email, key } = CREDENTIALS;
const SCHEMES = [
  ['token', {}],
  ['key', { 'api-token': undefined, 'api-email': email, 'api-key': key }],
] as const;

/** Requests that do not reach their server, and redirects to another one. */
export const cases: readonly Case[] = [
  ...sharing({ inputs: { retries: '1' }, requests: 'PATCH PATCH', exit: 1, outputs: { status: '' } }, [
    {
      name: 'a request to an unknown host is sent again, and the hint is about the network',
      responses: [always(unconnected('getaddrinfo ENOTFOUND api.cloudflare.com', 'ENOTFOUND'))],
      message: [
        `Could not accept invite ${ID}. PATCH /user/invites/${ID} failed: getaddrinfo ENOTFOUND api.cloudflare.com (2 attempts). Not changed by this step.`,
        'What to do: The runner could not reach the API. Check its network, DNS, HTTPS_PROXY and NO_PROXY, and api-base-url.',
      ].join('\n'),
    },
    {
      name: 'a request is sent again after a proxy refuses the tunnel, and the hint is about the proxy',
      responses: [always(unconnected('Proxy response (407) !== 200 when HTTP Tunneling'))],
      hints: ['proxy did not let the request through', 'a user and a password'],
    },
  ]),
  ...(
    [
      ['CERT_NOT_YET_VALID', 'certificate is not valid yet, by the runner’s clock'],
      ['CERT_HAS_EXPIRED', 'certificate has expired, by the runner’s clock'],
      ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate is for another name. Check api-base-url'],
      ['SELF_SIGNED_CERT_IN_CHAIN', 'set NODE_EXTRA_CA_CERTS'],
      ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'set NODE_EXTRA_CA_CERTS'],
      ['CERT_REVOKED', 'certificate cannot be used'],
    ] as const
  ).map(
    ([code, hint]): Case => ({
      name: `a request is not sent again after the certificate is refused (${code})`,
      responses: [unconnected('certificate refused', code)],
      requests: 'PATCH',
      exit: 1,
      says: [`certificate refused (${code})`],
      hints: [hint],
      onServer: ['pending'],
      tookMs: 0,
    }),
  ),
  {
    name: 'a connection that drops has the hint to run the job again',
    inputs: { retries: '0' },
    responses: [always({ drop: 'before' })],
    requests: 'PATCH GET',
    exit: 1,
    says: ['ECONNRESET'],
    hints: ['Run the job again'],
  },

  // Redirects
  ...[300, 301, 302, 303, 307, 308].flatMap((status) =>
    SCHEMES.map(
      ([scheme, inputs]): Case => ({
        name: `a redirect ${status} is refused and not followed with the ${scheme}`,
        inputs,
        responses: [redirectTo(ELSEWHERE, status)],
        requests: 'PATCH',
        exit: 1,
        says: [`HTTP ${status}, a redirect to https://elsewhere.example, which is refused`],
        neverSays: ['secret/path', 'abc'],
        hints: ['never sent on to another address', 'api-base-url'],
        onServer: ['pending'],
        tookMs: 0,
      }),
    ),
  ),
  ...sharing({ requests: 'PATCH', exit: 1, hints: ['api-base-url'], onServer: ['pending'] }, [
    { name: 'a redirect 399 is refused', responses: [http(399)], says: ['HTTP 399, a redirect, which is refused'] },
    {
      name: 'a redirect that names no target is refused',
      responses: [http(302)],
      says: ['HTTP 302, a redirect, which'],
    },
    {
      name: 'a redirect to a malformed address is refused',
      responses: [redirectTo('http://')],
      says: ['HTTP 302, a redirect, which is refused'],
    },
    {
      name: 'a redirect within the same server is refused',
      responses: [redirectTo(`/client/v4/user/invites/${inviteId(2)}?next=x`, 307)],
      says: ['HTTP 307, a redirect to http'],
      neverSays: ['next=x'],
      paths: [`/user/invites/${ID}`],
    },
    {
      name: 'a redirect of a read is refused',
      inputs: { 'dry-run': 'true' },
      responses: [redirectTo(ELSEWHERE, 307)],
      requests: 'GET',
      says: ['HTTP 307, a redirect to https://elsewhere.example'],
    },
  ]),
  {
    name: 'NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored, with one warning',
    inputs: { 'organization-name': '*' },
    env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    requests: 'GET PATCH',
    exit: 0,
    annotations: ['warning: Certificates are checked anyway'],
    hints: ['Remove the variable', 'NODE_EXTRA_CA_CERTS'],
  },
  {
    name: 'NODE_TLS_REJECT_UNAUTHORIZED=1 is no warning',
    env: { NODE_TLS_REJECT_UNAUTHORIZED: '1' },
    requests: 'PATCH',
    exit: 0,
  },
];
