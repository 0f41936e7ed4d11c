import { db } from "../database/client.server";

/** The way from an empty instance to a trained model, and how far it was gone. */
export async function firstSteps() {
  const [pool, rows, annotator, invite, release, job] = await Promise.all([
    db.pool.findFirst({ select: { id: true } }),
    db.comparison.findFirst({ select: { id: true } }),
    db.user.findFirst({ where: { role: "annotator", imported: false }, select: { id: true } }),
    db.invite.findFirst({ select: { id: true } }),
    db.release.findFirst({ where: { status: "done" }, select: { id: true } }),
    db.job.findFirst({ where: { status: "done" }, select: { id: true } }),
  ]);
  return {
    pool: pool !== null,
    pairs: rows !== null,
    people: annotator !== null || invite !== null,
    release: release !== null,
    model: job !== null,
  };
}
export type FirstSteps = Awaited<ReturnType<typeof firstSteps>>;
