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
  // Metadata of Alibaba Cloud, and of Azure.
  ["100.100.100.200", 32],
  ["168.63.129.16", 32],
] as const)
  refused.addSubnet(net, prefix, "ipv4");
for (const [net, prefix] of [
  ["::", 128],
  ["fe80::", 10],
  ["ff00::", 8],
  // Metadata of AWS, and of Google Cloud.
  ["fd00:ec2::254", 128],
  ["fd20:ce::254", 128],
] as const)
  refused.addSubnet(net, prefix, "ipv6");

/** Forms of version 6 that lead to an address of version 4, with the bytes it stands at: mapped, compatible, translated, NAT64, 6to4. */
const CARRIERS = (
  [
    ["::ffff:0:0", 96, 12],
    ["::", 96, 12],
    ["::ffff:0:0:0", 96, 12],
    ["64:ff9b::", 96, 12],
    ["64:ff9b:1::", 48, 12],
    ["2002::", 16, 2],
  ] as const
).map(([net, prefix, at]) => {
  const carried = new BlockList();
  carried.addSubnet(net, prefix, "ipv6");
  return { carried, at };
});

/** The 16 bytes of an address of version 6, of which URL knows every spelling. */
function bytesOf(address: string): number[] {
  const [head = "", tail = ""] = new URL(`http://[${address.split("%")[0]}]`).hostname.slice(1, -1).split("::");
  const groups = (part: string) => part.split(":").filter(Boolean).map((group) => Number.parseInt(group, 16)); // prettier-ignore
  const [first, last] = [groups(head), groups(tail)];
  const all = [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
  return all.flatMap((group) => [group >> 8, group & 255]);
}

export function isRefused(address: string): boolean {
  if (isIP(address) === 6 && address !== "::1") {
    const carrier = CARRIERS.find(({ carried }) => carried.check(address, "ipv6"));
    if (carrier) return isRefused(bytesOf(address).slice(carrier.at, carrier.at + 4).join(".")); // prettier-ignore
  }
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
