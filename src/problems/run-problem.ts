import type { Scheme } from '../cloudflare/credentials.ts';
import type { RunResult } from '../invites/run-result.ts';
import type { SearchFailure } from '../invites/search.ts';
import type { ProxyProblem } from '../proxy.ts';
import type { Problem } from './problem.ts';
import { requestProblem } from './request-problem.ts';
import { stopProblem } from './stop-problem.ts';

const PROXY_MESSAGES: Readonly<Record<ProxyProblem, string>> = {
  unsupported: `HTTPS_PROXY or HTTP_PROXY is set, but Node ${process.version} cannot obey it. The runner needs Node 24.14 or later: update it.`,
  malformed:
    'HTTPS_PROXY or HTTP_PROXY is malformed (its value is not shown). It must be a URL such as http://proxy.example:3128.',
};

/** The problem of a run as a whole, apart from single invites; undefined if there is none. */
export function runProblem(result: RunResult): Problem | undefined {
  switch (result.kind) {
    case 'handled':
      return result.stop && stopProblem(result.stop.reason, result.context.scheme);
    case 'no-match': {
      const wait = result.waitSeconds > 0 ? `, and none came within ${result.waitSeconds} s` : '';
      const message = `No pending invite matches the filters${wait}.`;
      const hint =
        'Check the filters and that the credentials are those of the invited user; with wait-seconds, allow for more time.';
      return { title: 'No pending invite matches', message, details: [], hint };
    }
    case 'list-failed':
      return listProblem(result.failure, result.context.scheme);
    case 'invalid-inputs':
      return {
        title: 'The inputs cannot be used',
        message: 'Nothing was sent to Cloudflare.',
        details: result.problems,
      };
    case 'proxy':
      return { title: 'The proxy cannot be used', message: PROXY_MESSAGES[result.problem], details: [] };
    case 'defect': {
      const message = `This action has a defect: ${result.description}.`;
      const hint = 'Run the job again with debug logging, and report what it says.';
      return { title: 'Unexpected error', message, details: [], hint };
    }
  }
}

function listProblem(failure: SearchFailure, scheme: Scheme): Problem {
  const title = 'The list of invites could not be read';
  switch (failure.kind) {
    case 'stop':
      return stopProblem(failure.stop.reason, scheme);
    case 'request': {
      const { error } = failure.failure;
      if (error.isAuthError) return stopProblem({ kind: 'credentials', error }, scheme);
      if (error.stopKind === 'edge') return stopProblem({ kind: 'edge', error }, scheme);
      return requestProblem(title, failure.failure, scheme);
    }
    case 'endless': {
      const message = `The list of invites did not end within ${failure.pages} pages. No invite was changed.`;
      return { title, message, details: [] };
    }
  }
}
