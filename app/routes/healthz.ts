import { db } from "~/database/client.server";

/** 200 only when the database answers. For load balancers and process managers; says nothing about anybody. */
export async function loader() {
  try {
    await db.$queryRaw`SELECT 1`;
    return Response.json({ status: "ok" }, { headers: { "Cache-Control": "no-store" } });
  } catch {
    return Response.json({ status: "the database does not answer" }, { status: 503 });
  }
}
