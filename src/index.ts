import { runAction } from './action.ts';
import { systemClock } from './clock.ts';
import { obeyProxy } from './proxy.ts';
import { createWorkflow } from './report/workflow.ts';

const cancellation = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => cancellation.abort());

// Not process.exit(), which aborts on Windows after a fetch (nodejs/node#58091).
process.exitCode = await runAction({
  env: process.env,
  clock: systemClock,
  random: Math.random,
  fetch,
  cancelled: cancellation.signal,
  createWorkflow,
  obeyProxy,
});
