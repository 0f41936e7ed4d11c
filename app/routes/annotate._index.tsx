import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { WorkbenchPage } from "~/annotate/view/workbench-page";
import { requireUser } from "~/auth/guards.server";
import { readPreferences } from "~/people/preferences";

export const meta: MetaFunction = () => [{ title: "Annotate · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  const user = await requireUser(request);
  const { keys, keyRules, guidelinesSeen } = readPreferences(user.preferences);
  return { userId: user.id, isAdmin: user.role === "admin", stored: { keys, keyRules }, guidelinesSeen };
}

export default function AnnotatePage() {
  const { userId, isAdmin, stored, guidelinesSeen } = useLoaderData<typeof loader>();
  return <WorkbenchPage key={userId} userId={userId} isAdmin={isAdmin} stored={stored} seen={guidelinesSeen} />;
}
