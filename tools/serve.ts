import { renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CloudflareSandbox } from '../sandbox/cloudflare.ts';
import { demoAccount } from '../sandbox/demo-account.ts';
import { serve } from '../sandbox/server.ts';
import { systemClock } from '../src/clock.ts';

const USAGE = `Serves a stand-in for Cloudflare's API with the demo account, on this machine, until Ctrl-C.

  npm run sandbox -- [--port PORT] [--url-file FILE]

  --port PORT        by default any free port
  --url-file FILE    writes the value for api-base-url to this file, once the server responds`;

function parseArguments(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: { port: { type: 'string' }, 'url-file': { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  const port = Number(values.port ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`--port takes a number from 0 to 65535, not "${values.port}".`);
  }
  return { port, urlFile: values['url-file'], help: values.help ?? false };
}

async function main(args: readonly string[]): Promise<void> {
  const { port, urlFile, help } = parseArguments(args);
  if (help) {
    console.log(USAGE);
    return;
  }
  const { credentials, invites } = demoAccount(systemClock.nowMs());
  const sandbox = new CloudflareSandbox({ clock: systemClock, credentials, invites, memberships: {} });
  const { url } = await serve(sandbox, { port });
  if (urlFile !== undefined) {
    // Renamed in one step: a program that waits for the file never reads half of it.
    writeFileSync(`${urlFile}.new`, `${url}\n`);
    renameSync(`${urlFile}.new`, urlFile);
  }
  console.log(`api-base-url: ${url}\napi-token: ${credentials.token}\n\nInvites:`);
  for (const { id, organization_name: name, status } of sandbox.invites()) {
    console.log(`  ${id}  ${status?.padEnd(8)}  ${name}`);
  }
  console.log('\nThe memberships have the same ids. Stop with Ctrl-C.');
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`${(error as Error).message}\n\n${USAGE}`);
  process.exitCode = 2;
}
