import dns from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { UserError } from "../errors";

/**
 * Where requests of the platform may go. An admin names the address, and machines of one's own (localhost, private
 * networks) are what endpoints usually are, so those are allowed; what is refused are addresses that only serve to
 * reach something else: link-local ones, where clouds keep credentials, and ones that are no single machine.
 * docs/decisions/0131-where-endpoints-may-be.md
 */
const refused = new BlockList();
for (const [net, prefix] of [
  ["0.0.0.0", 8],
  ["169.254.0.0", 16],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  ["192.0.0.0", 24],
  ["100.100.100.200", 32],
] as const)
  refused.addSubnet(net, prefix, "ipv4");
for (const [net, prefix] of [
  ["::", 128],
  ["fe80::", 10],
  ["ff00::", 8],
  ["fd00:ec2::254", 128],
] as const)
  refused.addSubnet(net, prefix, "ipv6");

export function isRefused(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return isRefused(mapped);
  return isIP(address) === 0 || refused.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/** The address of an endpoint, without a slash at its end. Throws UserError for one that is never asked. */
export function endpointUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !["http:", "https:"].includes(url.protocol))
    throw new UserError("Enter an address such as http://gpu-1:8000/v1.", 422, "baseUrl");
  if (url.username || url.password)
    throw new UserError("Leave user names and passwords out of the address; the key has its own field.", 422, "baseUrl");
  if (url.search || url.hash) throw new UserError("Leave out what follows ? or #; give the base address only.", 422, "baseUrl");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) && isRefused(host)) throw new UserError(`${host} is not an address that models are served at.`, 422, "baseUrl");
  url.pathname = url.pathname.replace(/\/+$/, "");
  return url;
}

/** Resolves a name and refuses it if any of its addresses is refused; the connection then goes to what was checked. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, "", 0);
    const bad = addresses.find(({ address }) => isRefused(address));
    if (bad) return callback(new Error(`${hostname} leads to ${bad.address}, where no models are served`), "", 0);
    if (options.all) return callback(null, addresses);
    const [first] = addresses;
    return callback(null, first?.address ?? "", first?.family ?? 4);
  });
};
