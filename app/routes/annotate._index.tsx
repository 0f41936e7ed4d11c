import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { WorkbenchPage } from "~/annotate/view/workbench-page";
import { requireUser } from "~/auth/guards.server";
import { readPreferences } from "~/people/preferences";

export const meta: MetaFunction = () => [{ title: "Annotate · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  const user = await requireUser(request);
  const { keys, guidelinesSeen } = readPreferences(user.preferences);
  return { userId: user.id, keys, guidelinesSeen };
}

export default function AnnotatePage() {
  const { userId, keys, guidelinesSeen } = useLoaderData<typeof loader>();
  return <WorkbenchPage key={userId} userId={userId} storedKeys={keys} seen={guidelinesSeen} />;
}
