import { ProxyError } from '../../src/proxy.ts';
import { CREDENTIALS } from '../run.ts';
import { ALL, type Case, sharing } from './case.ts';

const env = { HTTPS_PROXY: 'http://user:proxy-password@proxy.example:3128' };
const TRACKED = { ...ALL, 'report-issue': 'Invites need a person', 'github-token': 'ghs_fake-token-of-the-job' };
const title = 'Unexpected error';

/** A step that ends before its first request: the proxy cannot be used, or the action has a defect. */
export const cases: readonly Case[] = sharing({ env, requests: '', exit: 1 }, [
  {
    name: 'a proxy that cannot be used ends the step, and its password is hidden',
    inputs: TRACKED,
    proxyError: new ProxyError('malformed'),
    title: 'The proxy cannot be used',
    message:
      'The proxy cannot be used. HTTPS_PROXY or HTTP_PROXY is malformed (its value is not shown). It must be a URL such as http://proxy.example:3128.',
    masks: [CREDENTIALS.token, 'ghs_fake-token-of-the-job', 'proxy-password'],
  },
  {
    name: 'a defect asks for a report and has its stack in the debug log',
    proxyError: new RangeError('off by one'),
    title,
    message:
      'Unexpected error. This action has a defect: off by one.\nWhat to do: Run the job again with debug logging, and report what it says.',
    debugs: ['RangeError: off by one'],
    outputs: { matched_count: '0', changed: 'false' },
  },
  { name: 'a defect that is not an error is an error of the step', proxyError: 'a text', title, says: ['a text'] },
  {
    name: 'a defect is written into the tracking issue as well',
    inputs: TRACKED,
    proxyError: new RangeError('off by one'),
    annotations: [`error: ${title}`, 'warning: The tracking issue could not be updated'],
    githubRequests: 'GET',
  },
]);
