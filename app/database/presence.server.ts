import pg from "pg";
import { singleton } from "../singleton.server";

/** pg has these on its clients; its types do not. */
type Client = pg.Client & { ref(): void; unref(): void };

const presence = singleton<{ client?: Client; lost?: () => void }>("presence", () => ({}));

/** Calls back each time the server goes away while this process uses it. */
export const onLost = (lost: () => void) => void (presence.lost = lost);

/**
 * Keeps one connection open until `leave`: a process that has only just started, or has nothing to do, has no other, and
 * would be taken for gone. A killed process loses it by itself. It keeps no process alive.
 */
export async function stay(connectionString: string): Promise<void> {
  if (presence.client) return;
  const client = new pg.Client({ connectionString, application_name: "tiebreak presence" }) as Client;
  client.on("error", () => {
    // The server went down; whoever starts it again makes a new one.
    if (presence.client !== client) return;
    presence.client = undefined;
    presence.lost?.();
  });
  await client.connect();
  client.unref();
  presence.client = client;
}

export async function leave(): Promise<void> {
  const { client } = presence;
  presence.client = undefined;
  client?.ref();
  await client?.end().catch(() => undefined);
}
