/** Whether a URL's host is a loopback IP address, as the URL parser spells it. */
export function isLoopbackAddress(hostname: string): boolean {
  return hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Whether a URL's host is this machine, by address or by a `localhost` name. Source: RFC 6761, section 6.3. */
export function isThisMachine(hostname: string): boolean {
  return isLoopbackAddress(hostname) || /^(?:(?:.+\.)?localhost\.?|\[::ffff:7f..:.+\])$/.test(hostname);
}
