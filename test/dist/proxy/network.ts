import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Server as ProxyServer } from 'proxy-chain';
import { BASE_PATH, CloudflareSandbox, type SandboxOptions } from '../../../sandbox/cloudflare.ts';
import { demoAccount } from '../../../sandbox/demo-account.ts';
import { closeServer, openOnLoopback } from '../../../sandbox/loopback.ts';
import { systemClock } from '../../../src/clock.ts';

/** The API's name in this network. No resolver knows it (RFC 6761 reserves `.test`); only the proxy does. */
export const API_HOST = 'api.cloudflare.test';

/** A certificate authority of a company, and its certificates. */
export class Authority implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws an Error that names openssl if it is not installed */
  static async create(): Promise<Authority> {
    const authority = new Authority(await mkdtemp(join(tmpdir(), 'authority-')));
    const subject = ['-subj', '/CN=A company of a test', '-addext', 'keyUsage=critical,keyCertSign'];
    await authority.#openssl('req', '-x509', ...NEW_KEY, '-keyout', 'ca.key', '-out', 'ca.pem', ...subject);
    return authority;
  }

  /** Path of its certificate, for `NODE_EXTRA_CA_CERTS`. */
  get file(): string {
    return join(this.#folder, 'ca.pem');
  }

  /** Makes a certificate for a server of this name. */
  async sign(name: string): Promise<{ readonly key: string; readonly cert: string }> {
    const extensions = join(this.#folder, `${name}.ext`);
    await writeFile(extensions, `subjectAltName=DNS:${name.replaceAll('#', '\\#')}\n`);
    await this.#openssl('req', ...NEW_KEY, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', '/CN=server');
    const serial = ['-set_serial', String(randomInt(1, 2 ** 40))];
    const signer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', ...serial, '-days', '2'];
    await this.#openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, ...signer, '-extfile', extensions);
    const read = (file: string): Promise<string> => readFile(join(this.#folder, file), 'utf8');
    return { key: await read(`${name}.key`), cert: await read(`${name}.pem`) };
  }

  async #openssl(...parameters: string[]): Promise<void> {
    try {
      await promisify(execFile)('openssl', parameters, { cwd: this.#folder });
    } catch (error) {
      const isNotFound = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      throw isNotFound ? new Error('These tests make certificates with openssl, which is not installed here.') : error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** The API behind TLS. */
export class Api implements AsyncDisposable {
  readonly sandbox: CloudflareSandbox;
  readonly #server: Server;
  /** The ports that connections came from, whether or not a request came through them. */
  readonly peers: number[] = [];

  private constructor(sandbox: CloudflareSandbox, server: Server) {
    this.sandbox = sandbox;
    this.#server = server;
    server.on('connection', (socket: Socket) => this.peers.push(socket.remotePort ?? 0));
  }

  static async open(tls: { key: string; cert: string }, options: Partial<SandboxOptions> = {}): Promise<Api> {
    const sandbox = new CloudflareSandbox({ clock: systemClock, ...demoAccount(Date.now()), ...options });
    const server = createServer(tls, async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const),
      );
      const { method = '', url: path = '' } = request;
      const reply = await sandbox.handle({ method, path, headers, body: Buffer.concat(chunks).toString() });
      if (reply.kind !== 'full') throw new Error(`This server cannot send the fault ${reply.kind}`);
      response.writeHead(reply.status, reply.headers);
      response.end(reply.body);
    });
    server.on('tlsClientError', () => undefined);
    await openOnLoopback(server);
    return new Api(sandbox, server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The base URL. Only the proxy can resolve its host name. */
  get url(): string {
    return `https://${API_HOST}:${this.port}${BASE_PATH}`;
  }

  /** The methods of the requests that reached it. */
  get sent(): readonly string[] {
    return this.sandbox.requests.map(({ method }) => method);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return closeServer(this.#server);
  }
}

export interface Account {
  readonly username: string;
  readonly password: string;
}

/** A company's proxy, which alone can resolve `API_HOST`. */
export class CompanyProxy implements AsyncDisposable {
  /** Every request to it, refused or not: `CONNECT api.cloudflare.test:443`. */
  readonly requested: string[] = [];
  /** The accounts of the requests. */
  readonly accounts: Account[] = [];
  readonly #server: ProxyServer;

  private constructor(account: Account | undefined) {
    this.#server = new ProxyServer({
      host: '127.0.0.1',
      port: 0,
      prepareRequestFunction: ({ request, hostname, port, username, password }) => {
        this.requested.push(`${request.method} ${hostname}:${port}`);
        this.accounts.push({ username, password });
        const isKnown = account === undefined || (username === account.username && password === account.password);
        return {
          requestAuthentication: !isKnown,
          dnsLookup: ((name: string, options: { all?: boolean }, found: (...result: unknown[]) => void) => {
            if (name !== API_HOST) found(Object.assign(new Error(`no ${name}`), { code: 'ENOTFOUND' }));
            else if (options.all) found(null, [{ address: '127.0.0.1', family: 4 }]);
            else found(null, '127.0.0.1', 4);
          }) as never,
        };
      },
    });
  }

  /** @param account the only account that it serves; by default it serves every client */
  static async open(account?: Account): Promise<CompanyProxy> {
    const proxy = new CompanyProxy(account);
    await proxy.#server.listen();
    return proxy;
  }

  get port(): number {
    return this.#server.port;
  }

  /** Its address, with `account` in front of the host. */
  url(account = ''): string {
    return `http://${account === '' ? '' : `${account}@`}127.0.0.1:${this.port}`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.close(true);
  }
}
