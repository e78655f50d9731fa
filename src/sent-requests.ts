import { subscribe } from 'node:diagnostics_channel';

/** What undici says of a request, as far as it is used here. Source: undici's documentation, "Diagnostics Channel". */
interface RequestMessage {
  readonly request: { readonly method: string; readonly path: string };
}

/**
 * Watches the requests of Node's fetch from now on.
 * @returns whether the headers of the last request of a method to a URL were written to a connection. Until then no
 * server has seen the request, whatever error it ends with; a proxy has seen a CONNECT of its own at most.
 */
export function watchSentRequests(): (method: string, url: string) => boolean {
  const sent = new Map<string, boolean>();
  const watch = (channel: string, isSent: boolean): void =>
    subscribe(channel, (message) => {
      const { method, path } = (message as RequestMessage).request;
      sent.set(`${method} ${path}`, isSent);
    });
  watch('undici:request:create', false);
  watch('undici:client:sendHeaders', true);
  return (method, url) => {
    const { pathname, search } = new URL(url);
    // A request that was never created was not sent either.
    return sent.get(`${method} ${pathname}${search}`) ?? false;
  };
}
