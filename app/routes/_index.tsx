import { type LoaderFunctionArgs, redirect } from "@remix-run/node";
import { hasAdmin } from "~/auth/commands.server";
import { readSession } from "~/auth/session.server";

/** Sends each person to where their work is. */
export async function loader({ request }: LoaderFunctionArgs) {
  const session = await readSession(request);
  if (!session) throw redirect((await hasAdmin()) ? "/login" : "/setup");
  throw redirect(session.user.role === "annotator" ? "/annotate" : "/admin");
}
