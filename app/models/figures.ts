import { count, plural } from "../ui/number";

type Metrics = Record<string, number | null>;

/** With fewer pairs the interval of an accuracy is more than 30 points wide: it could be a coin or a good model. */
export const FEW = 30;

/** The figure that a model is judged by on held-out rows: the loss if it learned to write, otherwise how well it ranks pairs. */
export function heldOut(metrics: Metrics): string {
  const { held_out_pairs: pairs } = metrics;
  if (typeof pairs === "number" && pairs < FEW) return `too few to say (${plural(pairs, "pair")})`;
  const { held_out_loss: loss } = metrics;
  return typeof loss === "number" ? `loss ${loss.toFixed(3)}, perplexity ${perplexity(loss)}` : accuracy(metrics);
}

/** "71.4% (68.0–74.6)", or a dash. */
function accuracy({ held_out_accuracy: value, held_out_low: low, held_out_high: high }: Metrics): string {
  if (typeof value !== "number") return "–";
  const percent = (share: number) => (share * 100).toFixed(1);
  return typeof low === "number" && typeof high === "number"
    ? `${percent(value)}% (${percent(low)}–${percent(high)})`
    : `${percent(value)}%`;
}

/** Of a loss in nats per token. */
export function perplexity(loss: number): string {
  const value = Math.exp(loss);
  if (value >= 1e6) return value.toExponential(1);
  return value >= 100 ? count(Math.round(value)) : value.toPrecision(3);
}
