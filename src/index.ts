import { runAction } from './action.ts';
import { systemClock } from './clock.ts';
import { DISPATCHER_KEY, useProxyFromEnv } from './proxy.ts';
import { connectRunner, createWorkflow } from './report/workflow.ts';
import { watchSentRequests } from './sent-requests.ts';

const cancellation = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => cancellation.abort());

// A process that ends before the run does has failed. Set the exit code instead of calling process.exit(), which aborts
// on Windows after a fetch (nodejs/node#58091). Avoid top-level await: it adds 5 kB to the bundle.
process.exitCode = 1;
void runAction({
  env: process.env,
  clock: systemClock,
  random: Math.random,
  fetch,
  wasSent: watchSentRequests(),
  cancelled: cancellation.signal,
  workflow: createWorkflow(connectRunner(process)),
  useProxy: (urls) => useProxyFromEnv(process.env, urls, Reflect.get(globalThis, DISPATCHER_KEY)),
}).then((exitCode) => {
  process.exitCode = exitCode;
  // Where a proxy closes every connection, Node retries without end and the process stays open. Thanks to `unref`, the
  // timer fires only in such a process: any other ends before.
  setTimeout(() => process.exit(), 1_000).unref();
});
