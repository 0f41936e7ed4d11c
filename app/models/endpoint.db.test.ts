import { ClientRequest, createServer, globalAgent, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { claimOf, makeJob, makeWorker } from "../../tests/support/jobs";
import { db } from "../database/client.server";
import { claim } from "../jobs/claim.server";
import { heartbeat } from "../jobs/progress.server";
import { saveWorker } from "../workers/commands.server";
import { streamChat } from "./chat.server";
import { registerModel, testConnection } from "./commands.server";
import { readDeltas } from "./read-stream";
import { chatRequest, registerModel as registerModelSchema } from "./schema";

/** A server with OpenAI's API, as small as can be; what it was sent is in `seen`. */
let server: Server;
let url: string;
let connections = 0;
let seen: { path: string; key: string | undefined; body: Record<string, unknown> }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    void readBody(request).then((body) => {
      seen.push({ path: request.url ?? "", key: request.headers.authorization, body });
      if (request.url === "/v1/models") return response.end(JSON.stringify({ data: [{ id: "llama" }] }));
      if (request.url === "/redirect/models") return response.writeHead(302, { Location: "http://169.254.169.254/" }).end();
      if (request.url === "/page/models") return response.end("<!doctype html><title>Welcome</title>");
      if (request.url === "/null/models") return response.end("null");
      if (body.model === "broken") return response.writeHead(500).end(JSON.stringify({ error: { message: "out of memory" } }));
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      for (const content of ["Hel", "lo"]) response.write(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
      response.end("data: [DONE]\n\n");
    });
  });
  server.on("connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  seen = [];
  connections = 0;
});
afterAll(() => void server.close());

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text ? (JSON.parse(text) as Record<string, unknown>) : {};
}

let made = 0;
async function endpoint(changes: { remoteName?: string; baseUrl?: string; key?: string } = {}) {
  const { admin } = await makeWorker();
  const given = { remoteName: "llama", baseUrl: `${url}/v1/`, key: "sk-secret", ...changes };
  return registerModel(admin, { kind: "endpoint", name: `endpoint ${made++}`, task: "causal", description: "", ...given });
}

const ask = (modelId: string) => chatRequest.parse({ modelId, messages: [{ role: "user", content: "Hi" }], maxTokens: 5 });
async function text(response: Response): Promise<string> {
  let all = "";
  if (response.body) for await (const delta of readDeltas(response.body)) all += delta;
  return all;
}

it("streams from an endpoint with its own name and key, which is stored sealed", async () => {
  const model = await endpoint();
  expect(model.encryptedKey).not.toContain("sk-secret");
  expect(await text(await streamChat(ask(model.id), new AbortController().signal))).toBe("Hello");
  expect(seen).toMatchObject([
    { path: "/v1/chat/completions", key: "Bearer sk-secret", body: { model: "llama", stream: true, max_tokens: 5 } },
  ]);
});

it("says in words whether the server is there and has the model", async () => {
  expect(await testConnection((await endpoint()).id)).toContain("has llama");
  await expect(testConnection((await endpoint({ remoteName: "other" })).id)).rejects.toThrow("has no model other. It has: llama");
  await expect(testConnection((await endpoint({ baseUrl: "http://127.0.0.1:1/v1" })).id)).rejects.toThrow("cannot be reached");
});

it("says that an address leads to something else, in place of failing", async () => {
  for (const place of ["page", "null"])
    await expect(testConnection((await endpoint({ baseUrl: `${url}/${place}` })).id)).rejects.toMatchObject({ name: "UserError" });
  expect(registerModelSchema.safeParse({ kind: "endpoint", name: "x", baseUrl: url, remoteName: "x", key: "sk-“x”" }).success).toBe(false);
});

it("waits as long for the first word on a connection that it kept as on a new one", async () => {
  globalAgent.destroy();
  const waits: number[] = [];
  const setTimeout = vi.spyOn(ClientRequest.prototype, "setTimeout").mockImplementation(function (this: ClientRequest, ms) {
    waits.push(ms);
    return this;
  });
  const model = await endpoint();
  for (let n = 0; n < 2; n++) await text(await streamChat(ask(model.id), new AbortController().signal));
  setTimeout.mockRestore();
  expect(connections).toBe(1);
  expect(waits).toEqual([10_000, 180_000, 180_000]);
});

it("follows no redirect, and passes on why a server refuses", async () => {
  await expect(testConnection((await endpoint({ baseUrl: `${url}/redirect` })).id)).rejects.toThrow("answered 302");
  await expect(streamChat(ask((await endpoint({ remoteName: "broken" })).id), new AbortController().signal)).rejects.toThrow(
    "out of memory",
  );
});

it("asks a live worker that serves the checkpoint, and says why when it cannot", async () => {
  const { caller } = await makeWorker("server");
  const model = await db.model.create({ data: { name: "made here", kind: "checkpoint", task: "causal" } });
  const stream = () => streamChat(ask(model.id), new AbortController().signal);
  const serving = { url, key: "a key of sixteen characters", state: "serving" as const, reason: "", models: [model.id] };
  await expect(stream()).rejects.toThrow(/No worker/);
  await saveWorker(caller, claimOf("server"));
  await expect(stream()).rejects.toThrow("No worker serves made here yet");
  await saveWorker(caller, { ...claimOf("server"), serving });
  expect(await text(await stream())).toBe("Hello");
  expect(seen.at(-1)).toMatchObject({ key: "Bearer a key of sixteen characters", body: { model: model.id } });
  await saveWorker(caller, { ...claimOf("server"), serving: { ...serving, state: "paused", reason: "Job 7 has the GPU." } });
  await expect(stream()).rejects.toThrow("Job 7 has the GPU.");
});

it("refuses a worker whose backend is at an address that an endpoint may not have, and leaves its running job alone", async () => {
  const { admin, caller } = await makeWorker("elsewhere");
  const at = (url: string) => ({ url, key: "a key of sixteen characters", state: "serving" as const, reason: "", models: [] });
  const claimAt = (url: string) => claim(caller, { ...claimOf("elsewhere"), serving: at(url) });
  const { id } = await makeJob(admin);
  for (const bad of ["http://169.254.169.254", "http://[::ffff:169.254.169.254]:80", "http://me:secret@gpu-1:8000", "http://gpu-1/?key=1"])
    await expect(claimAt(bad)).rejects.toMatchObject({ status: 422, message: expect.stringContaining("another --serve-url") as string });
  expect(await db.worker.count({ where: { tokenId: caller.tokenId } })).toBe(0);
  expect((await claimAt("http://127.0.0.1:8000")).job?.id).toBe(id);
  const beat = (url: string) => heartbeat(caller, id, { fence: 1, progress: 0, phase: "train", serving: at(url) });
  const served = async () => (await db.worker.findFirstOrThrow({ where: { tokenId: caller.tokenId } })).servingUrl;
  expect(await beat("http://127.0.0.1:8000")).toMatchObject({ cancel: false });
  expect(await served()).toBe("http://127.0.0.1:8000");
  expect(await beat("http://169.254.169.254")).toMatchObject({ cancel: false });
  expect(await served()).toBeNull();
});
