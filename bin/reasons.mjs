// Why npm or pip failed, in one sentence that ends with what to do, out of all that they say.
const NETWORK =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT|FETCH_ERROR)\b/;
const NO_SPACE = /ENOSPC|No space left on device|EDQUOT|Disk quota exceeded/;

/** A proxy that is set is the first thing to look at. */
function network(environment) {
  const set = Object.keys(environment).filter((name) => /^(https?|all)_proxy$/i.test(name) && environment[name]);
  return set.length === 0 ? "Check the network" : `Check the network and the proxy (${set.join(", ")})`;
}

const lastOf = (lines) => lines.at(-1)?.trim();
const sentence = (text) => `${text.replace(/[.\s]+$/, "")}.`;

export function npmReason(output, environment = process.env) {
  const said = output.split("\n").flatMap((line) => /^npm (?:error|ERR!) ?(.*)$/.exec(line)?.[1] ?? []);
  const code = said.flatMap((line) => /^code (\S+)/.exec(line)?.[1] ?? [])[0] ?? "";
  const words = said.filter(
    (line) => line.trim() && !/^(code|errno|syscall|path|dest) |complete log of this run|^network (This|If|'proxy')|^\s*at /.test(line),
  );
  if (NO_SPACE.test(output))
    return "The disk filled up while npm installed the packages. Make room (1 GB, and 0.4 GB for npm's cache), and start again.";
  if (NETWORK.test(code) || words.some((line) => line.startsWith("network request")))
    return `npm cannot reach its registry: ${sentence((words[0] ?? code).replace(/^network /, ""))} ${network(environment)}, then start again.`;
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return `npm may not write where it has to: ${sentence(words.find((line) => /EACCES|EPERM|EROFS/.test(line)) ?? code)} Give the user who starts Tiebreak the right to, then start again.`;
  const first = words.slice(0, 3).join(" ") || lastOf(output.trim().split("\n")) || "it said nothing";
  return `npm could not install the packages: ${sentence(first)} All that it said is in .cache/setup/packages.log.`;
}

export function pipReason(output, environment = process.env) {
  if (NO_SPACE.test(output)) return "the disk filled up. Make room, and start again";
  const errors = output.split("\n").flatMap((line) => /^\s*(?:ERROR|error): (.*)$/.exec(line)?.[1] ?? []);
  const telling = errors.filter((line) => !/subprocess|See above|exited with|metadata-generation-failed/i.test(line));
  const unreachable =
    /Failed to establish a new connection|Cannot connect to proxy|ProxyError|ConnectTimeout|Name or service not known|Temporary failure in name resolution|Connection refused/;
  if (unreachable.test(output))
    return `its package index cannot be reached (${lastOf(telling) ?? "no connection"}). ${network(environment)}, then start again`;
  return (lastOf(telling) ?? lastOf(errors) ?? lastOf(output.trim().split("\n")) ?? "pip said nothing").replace(/[.\s]+$/, "");
}
