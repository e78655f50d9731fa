import { renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CloudflareSandbox } from '../sandbox/cloudflare.ts';
import { demoAccount } from '../sandbox/demo-account.ts';
import { serve } from '../sandbox/server.ts';
import { systemClock } from '../src/clock.ts';

const USAGE = `Serves the demo world, a stand-in for Cloudflare's API, on a loopback address until it is ended.

  node tools/serve.ts [--port PORT] [--url-file FILE]

  --port PORT        any free port by default
  --url-file FILE    a file to write the address for api-base-url to, once there is a response at it
`;

function parseArguments(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: { port: { type: 'string' }, 'url-file': { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  const port = Number(values.port ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port is "${values.port}".`);
  return { port, urlFile: values['url-file'], help: values.help ?? false };
}

async function main(args: readonly string[]): Promise<void> {
  const { port, urlFile, help } = parseArguments(args);
  if (help) {
    console.log(USAGE);
    return;
  }
  const { credentials, invites } = demoAccount(systemClock.nowMs());
  const { url } = await serve(new CloudflareSandbox({ clock: systemClock, credentials, invites, memberships: {} }), {
    port,
  });
  if (urlFile !== undefined) {
    // Whoever waits for the file must never see half of it.
    writeFileSync(`${urlFile}.new`, `${url}\n`);
    renameSync(`${urlFile}.new`, urlFile);
  }
  console.log(`${url} with the API token ${credentials.token}`);
  for (const { id, organization_name: name, status } of invites) console.log(`${id}  ${status?.padEnd(8)}  ${name}`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`${(error as Error).message}\n\n${USAGE}`);
  process.exitCode = 2;
}
