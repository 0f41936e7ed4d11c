import { type ActionFunctionArgs, redirect } from "@remix-run/node";
import { endSession, readSession } from "~/auth/session.server";

export const loader = () => redirect("/");

export async function action({ request }: ActionFunctionArgs) {
  const session = await readSession(request);
  if (!session) return redirect("/login");
  return redirect("/login", { headers: { "Set-Cookie": await endSession(session.sessionId) } });
}
