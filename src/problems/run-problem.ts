import type { Scheme } from '../cloudflare/credentials.ts';
import type { InviteKind } from '../cloudflare/invite.ts';
import { LIST_LIMITS } from '../invites/list.ts';
import type { RunResult } from '../invites/run-result.ts';
import type { SearchFailure } from '../invites/search.ts';
import type { ProxyProblem } from '../proxy.ts';
import type { Problem } from './problem.ts';
import { requestProblem } from './request-problem.ts';
import { stopProblem } from './stop-problem.ts';

const PROXY_MESSAGES: Readonly<Record<ProxyProblem, string>> = {
  unsupported: `HTTPS_PROXY or HTTP_PROXY is set, but Node ${process.version} cannot use it. The runner needs Node 24.14 or later: update it, or set NODE_USE_ENV_PROXY: '1' as an env of the step, which Node 24 obeys from 24.0 on.`,
  malformed:
    'HTTPS_PROXY or HTTP_PROXY is malformed (its value is not shown). It must be a URL such as http://proxy.example:3128.',
};

/** What the step does about an environment that would accept any certificate. */
export const UNCHECKED_CERTIFICATES: Problem = {
  title: 'Certificates are checked anyway',
  message:
    'NODE_TLS_REJECT_UNAUTHORIZED is 0, which would accept any certificate and show the credential to any server. This step ignores it.',
  details: [],
  hint: 'Remove the variable. Where a proxy re-signs connections, set NODE_EXTRA_CA_CERTS to the file with the certificate of its authority.',
};

/** The problem of a run as a whole, apart from single invites; undefined if there is none. */
export function runProblem(result: RunResult): Problem | undefined {
  switch (result.kind) {
    case 'handled':
      return result.stop && stopProblem(result.stop.reason, result.context.scheme);
    case 'no-match': {
      const message = result.waitSeconds > 0 ? `None came within ${result.waitSeconds} s.` : '';
      const hint =
        'Check the filters, and that the credentials are those of the invited user. If the invite comes later, raise wait-seconds.';
      return { title: `No pending ${result.search.kind} matches the filters`, message, details: [], hint };
    }
    case 'list-failed':
      return listProblem(result.failure, result.context.scheme, result.list);
    case 'invalid-inputs':
      return {
        title: 'The inputs cannot be used',
        message: 'Nothing was sent to Cloudflare.',
        details: result.problems,
      };
    case 'proxy':
      return { title: 'The proxy cannot be used', message: PROXY_MESSAGES[result.problem], details: [] };
    case 'defect':
      return defectProblem(result.description);
  }
}

/** The problem of a run that met a defect of this program. */
export function defectProblem(description: string): Problem {
  const message = `This action has a defect: ${description}.`;
  const hint = 'Run the job again with debug logging, and report what it says.';
  return { title: 'Unexpected error', message, details: [], hint };
}

/** The problem of a list that could not be read. */
export function listProblem(failure: SearchFailure, scheme: Scheme, kind: InviteKind): Problem {
  const title = `The list of ${kind}s could not be read`;
  switch (failure.kind) {
    case 'stop':
      return stopProblem(failure.stop.reason, scheme);
    case 'request': {
      const { error } = failure.failure;
      if (error.isAuthError) return stopProblem({ kind: 'credentials', error }, scheme);
      if (error.stopKind === 'edge') return stopProblem({ kind: 'edge', error }, scheme);
      return requestProblem(title, failure.failure, scheme);
    }
    case 'too-long': {
      const limit = `${LIST_LIMITS[failure.limit]} ${failure.limit}`;
      return { title, message: `It did not end within ${limit}. Nothing was changed.`, details: [] };
    }
  }
}
