import { randomUUID } from "node:crypto";
import type { ClaimResponse } from "../../app/annotate/schema";
import { addPeople, fillPool, withBenchDatabase } from "./support/database";
import { ms, option, percentile, printTable } from "./support/figures";
import { WebProcess, send } from "./support/servers";

type Person = { id: string; cookie: string };
type Times = Record<"page" | "claim" | "submit", number[]>;

/**
 * One web process under 50 clients that never pause: first the page /annotate, then claim and submit in turn.
 * Usage: npm run bench -- http [--clients 50] [--seconds 20]
 */
export async function bench(args: string[]): Promise<void> {
  const clients = option(args, "clients", 50);
  const seconds = option(args, "seconds", 20);
  await withBenchDatabase(async (url) => {
    const { withClient } = await import("../support/database-server");
    const people = await withClient(url, async (client) => {
      await fillPool(client, "http", 20_000, 1);
      return await addPeople(client, clients);
    });
    const server = new WebProcess({ DATABASE_URL: url });
    await server.start();
    const times: Times = { page: [], claim: [], submit: [] };
    const phase = async (length: number, step: (person: Person) => Promise<void>) => {
      const end = performance.now() + length * 1000;
      await Promise.all(
        people.map(async (person) => {
          while (performance.now() < end) await step(person);
        }),
      );
    };
    await phase(2, (person) => claimAndSubmit(server.port, person));
    await phase(seconds, (person) => getPage(server.port, person, times));
    await phase(seconds, (person) => claimAndSubmit(server.port, person, times));
    await server.end("SIGTERM");
    printTable(
      ["request", "requests", "per second", "p50", "p95", "p99"],
      Object.entries(times).map(([name, values]) => [
        name,
        String(values.length),
        (values.length / seconds).toFixed(0),
        ...[0.5, 0.95, 0.99].map((share) => ms(percentile(values, share))),
      ]),
    );
    console.log("Claim and submit run in turn, so their rates add up to what the process answers.");
  });
}

async function timed(times: number[] | undefined, work: () => ReturnType<typeof send>): Promise<string> {
  const started = performance.now();
  const reply = await work();
  times?.push(performance.now() - started);
  if (reply.status !== 200) throw new Error(`Answered ${reply.status}: ${reply.body.slice(0, 300)}`);
  return reply.body;
}

const getPage = async (port: number, person: Person, times: Times) => {
  await timed(times.page, () => send(port, "/annotate", person.cookie));
};

async function claimAndSubmit(port: number, person: Person, times?: Times): Promise<void> {
  const tab = `tab-of-${person.id}`;
  const claimed = await timed(times?.claim, () => send(port, "/annotate/claim", person.cookie, { tab, count: 2 }));
  const { pairs } = JSON.parse(claimed) as ClaimResponse;
  const [pair] = pairs;
  if (!pair) throw new Error("The queue ran dry");
  const body = {
    ...{ tab, comparisonId: pair.comparisonId, leaseId: pair.leaseId, idempotencyKey: randomUUID(), draftVersion: 0 },
    ...{ guidelineVersion: 1, choice: "left", strength: "better", activeMs: 10 },
  };
  await timed(times?.submit, () => send(port, "/annotate/vote", person.cookie, body));
}
