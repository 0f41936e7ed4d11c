import { describe, expect, it } from "vitest";
import { claimOf, makeWorker } from "../../tests/support/jobs";
import { PROTOCOL, PROTOCOL_HEADER } from "../contract/jobs";
import { db } from "../database/client.server";
import { createWorkerToken, saveWorker } from "./commands.server";
import { workerRoute } from "./guard.server";
import { listWorkers } from "./queries.server";

const call = (token: string, version: string) =>
  workerRoute(
    new Request("http://platform/api/worker/v1/models", { headers: { Authorization: `Bearer ${token}`, [PROTOCOL_HEADER]: version } }),
    () => Promise.resolve({ models: [] }),
  );
const statesOf = async (tokenName: string) =>
  (await listWorkers()).filter((worker) => worker.tokenName === tokenName).map(({ name, state, problem }) => ({ name, state, problem }));

describe("a worker of another protocol version", () => {
  it("is turned away, and the list of workers says who has to be updated, until it is", async () => {
    const { token, caller } = await makeWorker("old");
    const answer = await call(token, "0");
    expect(answer.status).toBe(426);
    const { error } = (await answer.json()) as { error: string };
    expect(error).toContain("Update the worker");
    expect(await statesOf("old")).toEqual([{ name: "old", state: "outdated", problem: error }]);
    await saveWorker(caller, claimOf("gpu-7"));
    expect(await statesOf("old")).toEqual([{ name: "gpu-7", state: "alive", problem: null }]);
    await call(token, String(PROTOCOL + 1));
    const [row] = await statesOf("old");
    expect(row).toMatchObject({ name: "gpu-7", state: "outdated", problem: expect.stringContaining("Update the platform") as string });
  });

  it("without a valid token leaves no trace", async () => {
    const before = (await listWorkers()).length;
    expect((await call("tbw_wrong", "0")).status).toBe(426);
    expect(await listWorkers()).toHaveLength(before);
  });
});

describe("a worker's token", () => {
  it("opens until it expires", async () => {
    const { token, caller } = await makeWorker("short-lived");
    expect((await call(token, String(PROTOCOL))).status).toBe(200);
    await db.apiToken.update({ where: { id: caller.tokenId }, data: { expiresAt: new Date(Date.now() - 1000) } });
    expect((await call(token, String(PROTOCOL))).status).toBe(401);
  });

  it("expires when its maker said so", async () => {
    const { admin } = await makeWorker("maker");
    const { id } = await createWorkerToken({ kind: "user", id: admin.id }, { name: "a month", expires: "30" });
    const { expiresAt } = await db.apiToken.findUniqueOrThrow({ where: { id } });
    expect(Math.round((expiresAt!.getTime() - Date.now()) / 86_400_000)).toBe(30);
  });
});
