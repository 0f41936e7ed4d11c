import type { ActionFunctionArgs } from "@remix-run/node";
import { requireRole } from "~/auth/guards.server";
import { parseFields, readForm, userErrorResponse } from "~/http/input.server";
import { releaseForm } from "~/releases/form";
import { previewRelease } from "~/releases/queries.server";

/** Counts what the new-release form, as it is filled in now, would make. */
export async function action({ request }: ActionFunctionArgs) {
  await requireRole(request, "admin");
  try {
    const form = await readForm(request);
    if (!form.get("name")) form.set("name", "Preview");
    const { options } = parseFields(form, releaseForm);
    return { preview: await previewRelease(options) };
  } catch (error) {
    return userErrorResponse(error);
  }
}
