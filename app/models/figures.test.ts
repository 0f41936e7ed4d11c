import { expect, it } from "vitest";
import { heldOut, perplexity } from "./figures";

it("judges a model that learned to write by its loss, and one that ranks by its accuracy", () => {
  const pairs = { held_out_accuracy: 0.714, held_out_low: 0.68, held_out_high: 0.746 };
  expect(heldOut(pairs)).toBe("71.4% (68.0–74.6)");
  expect(heldOut({ ...pairs, held_out_loss: 2 })).toBe("loss 2.000, perplexity 7.39");
  expect(heldOut({ ...pairs, held_out_loss: null })).toBe("71.4% (68.0–74.6)");
  expect(heldOut({ loss: 0.4 })).toBe("–");
  expect(heldOut({ ...pairs, held_out_pairs: 30 })).toBe("71.4% (68.0–74.6)");
  expect(heldOut({ ...pairs, held_out_loss: 2, held_out_pairs: 4 })).toBe("too few to say (4 pairs)");
});

it("writes a perplexity of any size", () => {
  expect([0, Math.log(8192), 700].map(perplexity)).toEqual(["1.00", "8,192", "1.0e+304"]);
});
