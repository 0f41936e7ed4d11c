import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { actorOf, requireRole } from "~/auth/guards.server";
import { ABOUT } from "~/contract/recipes";
import { orResponse, parseForm, userErrorResponse } from "~/http/input.server";
import { pathId } from "~/http/path.server";
import { cancelJob, retryJob } from "~/jobs/commands.server";
import { riseOf } from "~/jobs/curves";
import { JobActions } from "~/jobs/job-actions";
import { JobFacts, JobFailure, JobFiles, JobSettings } from "~/jobs/job-facts";
import { JobLive } from "~/jobs/job-live";
import { findJob, logAfter, metricsAfter } from "~/jobs/queries.server";
import { Report, reportOf } from "~/jobs/report";
import { FormError } from "~/ui/field";
import { PageHeader } from "~/ui/page";

export const meta: MetaFunction<typeof loader> = ({ data }) => [{ title: `Job ${data?.job.number ?? ""} · Tiebreak` }];

export async function loader({ request, params }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  const id = pathId(params.jobId, "This job");
  const [job, points, log] = await Promise.all([orResponse(findJob(id)), metricsAfter(id, 0), logAfter(id, -1)]);
  return { job, points, log };
}

const input = z.object({ intent: z.enum(["cancel", "retry", "resume"]) });

export async function action({ request, params }: ActionFunctionArgs) {
  const actor = actorOf(await requireRole(request, "admin"));
  const id = pathId(params.jobId, "This job");
  try {
    const { intent } = await parseForm(request, input);
    if (intent === "cancel") {
      await cancelJob(actor, id);
      return null;
    }
    const job = await retryJob(actor, id, { resume: intent === "resume" });
    return redirect(`/admin/jobs/${job.id}`);
  } catch (error) {
    return userErrorResponse(error);
  }
}

const UNTESTED = "The model was not tested: its release has no test or validation rows, or the job was told not to.";

export default function JobPage() {
  const { job, points, log } = useLoaderData<typeof loader>();
  const failure = useActionData<typeof action>();
  const report = reportOf(job.result);
  return (
    <>
      <PageHeader title={`${job.number}: ${job.name}`} trail={[{ to: "/admin/jobs", label: "Jobs" }]} description={ABOUT[job.type].summary}>
        <JobActions job={job} />
      </PageHeader>
      <div className="flex flex-col gap-6">
        <FormError>{failure?.error}</FormError>
        <JobFailure job={job} />
        <JobFacts job={job} />
        {report && <Report report={report} rise={riseOf(points)} />}
        {job.result?.evaluation === null && <p className="text-sm text-muted">{UNTESTED}</p>}
        {/* A new job or a new attempt starts the charts afresh. */}
        <JobLive key={job.id} job={job} points={points} log={log} reported={report !== null} />
        <JobFiles jobId={job.id} files={job.files} />
        <JobSettings params={job.params} />
      </div>
    </>
  );
}
