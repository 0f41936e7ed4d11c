import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { passLoopbackByProxy, requireDataFolder, requireNode, requireSpace, requireSystem } from "./machine.mjs";
import { npmReason, pipReason } from "./reasons.mjs";
import { findPython } from "./worker-environment.mjs";

describe("a machine that cannot run it", () => {
  it.each(["18.20.8", "20.18.3", "21.7.0", "22.11.0", "23.11.1"])("Node %s is refused in words", (version) => {
    expect(() => requireNode(version)).toThrow(`this is ${version}. Install one of those`);
  });

  it.each(["20.19.0", "20.20.2", "22.12.0", "24.0.0", "25.1.0", "26.0.0"])("Node %s is not", (version) => {
    expect(() => requireNode(version)).not.toThrow();
  });

  it("is the same to npm", async () => {
    const { engines } = JSON.parse(await readFile("package.json", "utf8")) as { engines: { node: string } };
    const prisma = JSON.parse(await readFile("node_modules/prisma/package.json", "utf8")) as { engines: { node: string } };
    expect(engines.node).toBe("^20.19 || ^22.12 || >=24");
    expect(prisma.engines.node.replaceAll(".0", "").replaceAll(" ", "")).toBe(engines.node.replaceAll(" ", ""));
  });

  it("Windows and musl are refused in words that name what works; a server of one's own does not need glibc", () => {
    expect(() => requireSystem({ platform: "win32", musl: false, databaseUrl: "" })).toThrow(/WSL 2.*wsl --install/);
    expect(() => requireSystem({ platform: "linux", musl: true, databaseUrl: "" })).toThrow(/musl, as Alpine.*DATABASE_URL/);
    expect(() => requireSystem({ platform: "linux", musl: true, databaseUrl: "postgresql://h/d" })).not.toThrow();
    expect(() => requireSystem({ platform: "darwin", musl: false, databaseUrl: "" })).not.toThrow();
  });

  it("a disk without room and a data folder that cannot be made are said before anything is begun", async () => {
    expect(() => requireSpace("/tmp/not/there", 1e18, "Installing the packages")).toThrow(
      /takes about 1000000000\.0 GB in \/tmp\/not\/there, and [\d.]+ GB are free/,
    );
    expect(() => requireSpace("/tmp", 1, "It")).not.toThrow();
    const folder = await mkdtemp(path.join(tmpdir(), "tiebreak-machine-"));
    await writeFile(path.join(folder, "file"), "");
    expect(() => requireDataFolder(path.join(folder, "file"))).toThrow(/a file is in the way\. Set TIEBREAK_DATA_DIR/);
    expect(() => requireDataFolder(path.join(folder, "file", "data"))).toThrow(/a file is in the way/);
    expect(() => requireDataFolder(path.join(folder, "new", "data"))).not.toThrow();
    await rm(folder, { recursive: true });
  });

  it("says which Python it found in place of one that fits, and what to install", () => {
    expect(() => findPython(undefined, ["python-of-nobody"])).toThrow(/once Python 3\.11, 3\.12 or 3\.13 is installed; PYTHON may name it/);
    expect(() => findPython("/nonexistent", [])).toThrow(/PYTHON names \/nonexistent, which cannot be run/);
  });
});

it("keeps what is on this machine from a proxy, beside what was kept from it already", () => {
  const environment: NodeJS.Dict<string> = { HTTPS_PROXY: "http://proxy:3128", no_proxy: "intranet" };
  passLoopbackByProxy(environment);
  expect([environment.NO_PROXY, environment.no_proxy]).toEqual(Array(2).fill("intranet,127.0.0.1,localhost,::1"));
  const none: NodeJS.Dict<string> = { PATH: "/bin" };
  passLoopbackByProxy(none);
  expect(none).toEqual({ PATH: "/bin" });
});

describe("what npm and pip say, in one sentence", () => {
  const proxied = { HTTPS_PROXY: "http://nonsense:1" };

  it.each([
    [
      "npm error code ENOTFOUND\nnpm error syscall getaddrinfo\nnpm error network request to https://registry.example/zod failed, reason: getaddrinfo ENOTFOUND nonsense\nnpm error network This is a problem related to network connectivity.\nnpm error A complete log of this run can be found in: /x",
      "npm cannot reach its registry: request to https://registry.example/zod failed, reason: getaddrinfo ENOTFOUND nonsense. Check the network and the proxy (HTTPS_PROXY), then start again.",
    ],
    ["npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write", /disk filled up/],
    [
      "npm error code EACCES\nnpm error syscall mkdir\nnpm error path /root/.npm/_cacache\nnpm error Error: EACCES: permission denied, mkdir '/root/.npm/_cacache'",
      /may not write where it has to: .*\/root\/\.npm.*Give the user/,
    ],
    [
      "npm error code EINTEGRITY\nnpm error sha512-abc integrity checksum failed when using sha512",
      /could not install the packages: sha512-abc integrity.*packages\.log/,
    ],
  ])("%#", (output, words) => {
    expect(npmReason(output, proxied)).toMatch(words);
  });

  it.each([
    [
      "WARNING: Retrying after connection broken by 'NewConnectionError(Failed to establish a new connection: [Errno -2] Name or service not known)'\n  ERROR: Could not find a version that satisfies the requirement setuptools>=77 (from versions: none)\n  ERROR: No matching distribution found for setuptools>=77\nERROR: pip subprocess to install build dependencies did not run successfully.\n╰─> See above for output.\nnote: This error originates from a subprocess, and is likely not a problem with pip.",
      /cannot be reached \(No matching distribution found for setuptools>=77\)\. Check the network and the proxy/,
    ],
    ["ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", /disk filled up/],
    ["ERROR: No matching distribution found for torch==2.13.0\n\n", /^No matching distribution found for torch==2\.13\.0$/],
  ])("pip %#", (output, words) => {
    expect(pipReason(output, proxied)).toMatch(words);
  });
});
