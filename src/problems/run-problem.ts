import type { Scheme } from '../cloudflare/credentials.ts';
import type { BrokenRun, RunResult } from '../invites/run-result.ts';
import type { SearchFailure } from '../invites/search.ts';
import type { ProxyProblem } from '../proxy.ts';
import type { Problem } from './problem.ts';
import { requestProblem } from './request-problem.ts';
import { stopProblem } from './stop-problem.ts';

/** What a run has to say as a whole, beyond what became of single invites; undefined if there is nothing. */
export function runProblem(result: RunResult): Problem | undefined {
  switch (result.kind) {
    case 'handled':
      return result.stop === undefined ? undefined : stopProblem(result.stop.reason, result.context.scheme);
    case 'no-match':
      return noMatchProblem(result.waitSeconds);
    case 'list-failed':
      return listProblem(result.failure, result.context.scheme);
    default:
      return brokenRunProblem(result);
  }
}

function noMatchProblem(waitSeconds: number): Problem {
  return {
    title: 'No pending invite matches',
    message: `No pending invite matches the filters${waitSeconds > 0 ? `, and none came within ${waitSeconds} s` : ''}.`,
    details: [],
    hint: 'Check the filters and that the credentials are those of the invited user; with wait-seconds, allow for more time.',
  };
}

function listProblem(failure: SearchFailure, scheme: Scheme): Problem {
  const title = 'The list of invites could not be read';
  switch (failure.kind) {
    case 'stop':
      return stopProblem(failure.stop.reason, scheme);
    case 'request': {
      const { error } = failure.failure;
      return error.isAuthError
        ? stopProblem({ kind: 'credentials', error }, scheme)
        : requestProblem(title, failure.failure, scheme);
    }
    case 'endless': {
      const message = `The list of invites did not end within ${failure.pages} pages. No invite was changed.`;
      return { title, message, details: [] };
    }
  }
}

const PROXY_MESSAGES: Readonly<Record<ProxyProblem, string>> = {
  unsupported: `HTTPS_PROXY or HTTP_PROXY is set, but Node ${process.version} cannot obey it. The runner needs Node 24.14 or later: update it.`,
  malformed:
    'HTTPS_PROXY or HTTP_PROXY is malformed (its value is not shown). It must be a URL such as http://proxy.example:3128.',
};

function brokenRunProblem(result: BrokenRun): Problem {
  switch (result.kind) {
    case 'invalid-inputs':
      return {
        title: 'The inputs cannot be used',
        message: 'Nothing was sent to Cloudflare.',
        details: result.problems,
      };
    case 'proxy':
      return { title: 'The proxy cannot be used', message: PROXY_MESSAGES[result.problem], details: [] };
    case 'defect':
      return {
        title: 'Unexpected error',
        message: `This action has a defect: ${result.description}.`,
        details: [],
        hint: 'Run the job again with debug logging, and report what it says.',
      };
  }
}
