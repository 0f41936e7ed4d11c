import { FEW, perplexity } from "~/models/figures";
import { cx } from "~/ui/cx";
import { count, plural } from "~/ui/number";
import { Card } from "~/ui/page";
import type { Rise } from "./curves";
import { Histogram, Reliability } from "./report-plots";
import { type EvaluationReport, evaluationReport, type Share } from "./report-schema";

/** The evaluation in a job's result, if it has one that this version can read. */
export function reportOf(result: Record<string, unknown> | null): EvaluationReport | null {
  const parsed = evaluationReport.safeParse(result?.evaluation);
  return parsed.success ? parsed.data : null;
}

const TITLES = { rm: "Rewards", dpo: "Implicit rewards", sft: "Likelihoods" };
const percent = (value: number) => `${(value * 100).toFixed(1)}%`;

export function shareText(share: Share | null | undefined): string {
  if (!share || share.value === null) return "no pairs";
  const interval = share.low !== null && share.high !== null ? ` (${percent(share.low)}–${percent(share.high)})` : "";
  return `${percent(share.value)}${interval}, ${plural(share.count, "pair")}`;
}

/** What the model is judged by first: of a language model the loss on unseen responses, otherwise how well it ranks unseen pairs. */
export function Report({ report, rise }: { report: EvaluationReport; rise: Rise | undefined }) {
  // A gap between likelihoods is no chance of being right, so a language model has no calibration to show.
  const ranks = report.kind !== "sft";
  return (
    <Card title={`Evaluation: ${TITLES[report.kind]} on ${plural(report.rows, "row")} of the ${report.split} split`}>
      {report.accuracy.count < FEW && (
        <>
          <p className="text-2xl font-semibold">Too few to say</p>
          <p className="mb-4 text-sm text-muted">
            It was tested on {plural(report.accuracy.count, "pair")}; below {FEW}, these figures say next to nothing. Hold out more prompts.
          </p>
        </>
      )}
      {rise && <RiseWarning rise={rise} savedStep={report.validation?.saved_step} />}
      {typeof report.nll === "number" ? (
        <Likelihood nll={report.nll} report={report} />
      ) : (
        <>
          <p className={lead(report)}>{shareText(report.accuracy)}</p>
          <p className="mb-4 text-sm text-muted">Pairs that the model puts in the order of the votes, with the 95 % interval.</p>
        </>
      )}
      <div className="grid gap-6 lg:grid-cols-2">
        <Groups title="Strength" groups={report.per_strength} />
        <Groups title="Pool" groups={report.per_pool} />
        {ranks && <Calibration calibration={report.calibration} />}
        <div>
          <h3 className="mb-2 text-sm font-semibold">{GAPS[report.kind]}, chosen minus rejected</h3>
          <Histogram bins={report.gap_histogram} />
        </div>
        {!ranks && <Biases report={report} narrow />}
      </div>
      {ranks && <Biases report={report} />}
    </Card>
  );
}

/** What says too little does not lead. */
const lead = ({ accuracy }: EvaluationReport) => cx("font-semibold tabular-nums", accuracy.count >= FEW && "text-2xl");

/** The model learned more of its own rows than of others. */
export function RiseWarning({ rise: { best, last }, savedStep }: { rise: Rise; savedStep?: number }) {
  const remedy =
    savedStep === best.step
      ? `The model has the weights of step ${count(best.step)}, the best.`
      : `The best checkpoint is that of step ${count(best.step)}: train again with “Keep the best weights”, with fewer epochs, or ${plural(best.step, "step")} at most.`;
  return (
    <p role="status" className="mb-4 rounded-md bg-warn-soft px-3 py-2 text-sm text-warn">
      <strong>The validation loss has risen since step {count(best.step)}</strong>, from {best.loss.toPrecision(3)} to{" "}
      {last.loss.toPrecision(3)} at step {count(last.step)}: what was learned since does not carry over to other rows. {remedy}
    </p>
  );
}

const GAPS = { rm: "Score gaps", dpo: "Score gaps", sft: "Gaps in log-likelihood per token" };

function Likelihood({ nll, report }: { nll: number; report: EvaluationReport }) {
  return (
    <>
      <p className={lead(report)}>
        Loss {nll.toFixed(3)}, perplexity {perplexity(nll)}
      </p>
      <p className="mb-6 text-sm text-muted">
        Negative log-likelihood in nats per token of the edited or chosen responses
        {report.response_tokens !== undefined && ` (${plural(report.response_tokens, "token")})`}. Lower is better.
      </p>
      <h3 className="text-sm font-semibold">Does it prefer what the annotators preferred?</h3>
      <p className="mt-1 tabular-nums">{shareText(report.accuracy)}</p>
      <p className="mb-4 text-sm text-muted">
        Pairs whose chosen response is likelier per token than the rejected one, with the 95 % interval. SFT does not train for this.
      </p>
    </>
  );
}

function Calibration({ calibration }: Pick<EvaluationReport, "calibration">) {
  const error = calibration.expected_calibration_error;
  return (
    <div>
      <h3 className="mb-2 text-sm font-semibold">Calibration{error !== null && `: expected error ${error.toFixed(3)}`}</h3>
      <Reliability curve={calibration.curve} />
    </div>
  );
}

function Groups({ title, groups }: { title: string; groups: EvaluationReport["per_strength"] }) {
  return (
    <table className="w-full self-start text-sm">
      <caption className="mb-2 text-left text-sm font-semibold">Accuracy per {title.toLowerCase()}</caption>
      <thead>
        <tr className="border-b border-line text-left text-[0.8125rem] text-muted">
          <th scope="col" className="py-1 font-medium">
            {title}
          </th>
          <th scope="col" className="py-1 text-right font-medium">
            Accuracy
          </th>
        </tr>
      </thead>
      <tbody>
        {groups.map((group) => (
          <tr key={group.name} className="border-b border-line last:border-0">
            <td className="py-1">{group.name.replaceAll("_", " ")}</td>
            <td className="py-1 text-right tabular-nums">{shareText(group.accuracy)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Biases({ report, narrow = false }: { report: EvaluationReport; narrow?: boolean }) {
  const { length_bias: length, position_bias: position, agreement_ceiling: ceiling } = report;
  const rows: [string, string][] = [
    ["Votes prefer the longer response", shareText(length.votes_prefer_longer)],
    ["The model prefers the longer response", shareText(length.model_prefers_longer)],
    ["Right where the shorter one was chosen", shareText(length.accuracy_chosen_shorter)],
    ...(position
      ? [
          ["Right where the left one was chosen", shareText(position.accuracy_chosen_left)] as [string, string],
          ["Right where the right one was chosen", shareText(position.accuracy_chosen_right)] as [string, string],
        ]
      : []),
    [
      "How far annotators agree (the ceiling)",
      typeof ceiling?.ceiling === "number" ? percent(ceiling.ceiling) : "no comparison has several votes",
    ],
  ];
  return (
    <dl className={cx("grid content-start gap-x-8 gap-y-1.5 text-sm", !narrow && "mt-6 lg:grid-cols-2")}>
      {rows.map(([label, value]) => (
        <div key={label} className="flex justify-between gap-4 border-b border-line py-1">
          <dt className="text-muted">{label}</dt>
          <dd className="text-right tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
