import type { LoaderFunctionArgs } from "@remix-run/node";
import { requireRole } from "~/auth/guards.server";

/** An address below /admin that no page has: said inside the navigation, to those who may see it. */
export async function loader({ request }: LoaderFunctionArgs) {
  await requireRole(request, "admin", "reviewer");
  throw Response.json(null, { status: 404 });
}

export default function NoSuchPage() {
  return null;
}
