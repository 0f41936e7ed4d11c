import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from "@remix-run/node";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { actorOf, requireRole } from "~/auth/guards.server";
import { ABOUT, JOB_TYPES } from "~/contract/recipes";
import { UserError } from "~/errors";
import { parseQuery, readForm, userErrorResponse } from "~/http/input.server";
import { createJob } from "~/jobs/commands.server";
import { readParams } from "~/jobs/form-fields";
import { releaseChoices, samplingChoices } from "~/jobs/queries.server";
import { StartForm } from "~/jobs/start-form";
import { modelChoices } from "~/models/queries.server";
import { poolsInService } from "~/pools/choices.server";
import { cx } from "~/ui/cx";
import { PageHeader } from "~/ui/page";

export const meta: MetaFunction = () => [{ title: "Start a job · Tiebreak" }];

const query = z.object({
  type: z.enum(JOB_TYPES).catch("train_rm"),
  base: z.uuid().optional().catch(undefined),
  release: z.uuid().optional().catch(undefined),
});

export async function loader({ request }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  const state = parseQuery(request, query);
  const [models, releases, samplings, pools] = await Promise.all([
    modelChoices({}, [state.base]),
    releaseChoices(state.release),
    samplingChoices(),
    poolsInService(),
  ]);
  return { ...state, choices: { models, releases, samplings, pools } };
}

export async function action({ request }: ActionFunctionArgs) {
  const actor = actorOf(await requireRole(request, "admin"));
  try {
    const form = await readForm(request);
    const text = (name: string) => String(form.get(name) ?? "") || null;
    const type = z.enum(JOB_TYPES).safeParse(form.get("type")).data;
    if (!type) throw new UserError("Choose the type of the job.", 422, "type");
    const input = { name: text("name") ?? "", type, releaseId: text("releaseId"), baseModelId: text("baseModelId") };
    const job = await createJob(actor, { ...input, params: readParams(type, form) });
    return redirect(`/admin/jobs/${job.id}`);
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function NewJobPage() {
  const { type, base, release, choices } = useLoaderData<typeof loader>();
  const failure = useActionData<typeof action>();
  return (
    <>
      <PageHeader title="Start a job" trail={[{ to: "/admin/jobs", label: "Jobs" }]} />
      <nav aria-label="Type of job" className="mb-6 flex flex-wrap gap-1.5">
        {JOB_TYPES.map((other) => (
          <Link
            key={other}
            to={`?${new URLSearchParams({ type: other, ...(base ? { base } : {}), ...(release ? { release } : {}) }).toString()}`}
            aria-current={other === type ? "page" : undefined}
            className={cx(
              "rounded-md border px-3 py-1.5 text-sm",
              other === type
                ? "border-accent bg-accent-soft font-medium text-accent-text"
                : "border-line text-muted hover:bg-raised hover:text-ink",
            )}
          >
            {ABOUT[other].title}
          </Link>
        ))}
      </nav>
      <StartForm type={type} choices={choices} chosen={{ base, release }} failure={failure} />
    </>
  );
}
