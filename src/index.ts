import { runAction } from './action.ts';
import { systemClock } from './clock.ts';
import { DISPATCHER_KEY, useProxyFromEnv } from './proxy.ts';
import { connectRunner, createWorkflow } from './report/workflow.ts';
import { watchSentRequests } from './sent-requests.ts';

const cancellation = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => cancellation.abort());

// Failure until the run ends. Not process.exit(), which aborts on Windows after a fetch
// (nodejs/node#58091), and no top-level await, which adds 5 kB to the bundle.
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
  // Node retries a proxy that hangs up without end; only a process that this holds open gets here.
  setTimeout(() => process.exit(), 1_000).unref();
});
