// Keeps strangers out: every web page that a browser on this machine shows can send requests to the run's port too.

/**
 * The names that only this machine has. No other name is accepted, because its owner can let it resolve to 127.0.0.1.
 */
const ownNames = ["127.0.0.1", "localhost", "[::1]"];

/**
 * Why the request is refused, in words for its sender. Undefined for a request to the run's own address. `port` is the
 * port of the run.
 */
export function strangerIn(headers: Readonly<Record<string, string>>, port: number): string | undefined {
  const { host, origin, "sec-fetch-site": site } = headers;
  // What programs send, which is nearly every request.
  if (host === `127.0.0.1:${port}` && origin === undefined && site === undefined) return undefined;
  const hosts = ownNames.flatMap((name) => [`${name}:${port}`, ...(port === 80 ? [name] : [])]);
  const taken = `Requests go to ${hosts.join(", ")} and no other host`;
  if (host === undefined) return `The request has no Host header. ${taken}.`;
  if (!hosts.includes(host.toLowerCase())) {
    return `The Host header is "${host}". ${taken}, because a web page can have any other name resolve to this machine. Use the address that the run prints.`;
  }
  const reason = "could otherwise call every service of the run. Send requests from a program or a command line";
  if (origin !== undefined && !hosts.some((each) => origin.toLowerCase() === `http://${each}`)) {
    return `The Origin header is "${origin}". A web page of another origin than the run's own ${reason}.`;
  }
  // Browsers leave the Origin out of what an image, a script or a link asks for, and a GET is enough for the Query
  // protocol.
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    return `The Sec-Fetch-Site header is "${site}". A web page of another origin than the run's own ${reason}.`;
  }
  return undefined;
}
