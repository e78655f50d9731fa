import { runAction } from './action.ts';
import { systemClock } from './clock.ts';
import { useProxyFromEnv } from './proxy.ts';
import { createWorkflow } from './report/workflow.ts';

const cancellation = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => cancellation.abort());

// A failure until the run says otherwise. Not process.exit(), which aborts on Windows after a fetch
// (nodejs/node#58091), and no await at the top, for which the bundle would need 5 kB.
process.exitCode = 1;
void runAction({
  env: process.env,
  clock: systemClock,
  random: Math.random,
  fetch,
  cancelled: cancellation.signal,
  createWorkflow,
  useProxyFromEnv,
}).then((exitCode) => {
  process.exitCode = exitCode;
  // Node tries a proxy that hangs up again and again, for ever; only a process held up by that gets here.
  setTimeout(() => process.exit(), 1_000).unref();
});
