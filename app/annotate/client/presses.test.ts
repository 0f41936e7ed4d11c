import { expect, it } from "vitest";
import { BOUNCE_MS, Presses } from "./presses";

const press = (code: string, timeStamp: number, repeat = false) => ({ key: code, code, repeat, timeStamp });

it("takes one press of a key as one: held down, bouncing, and bouncing when it is let go", () => {
  const presses = new Presses();
  expect(presses.isAgain(press("Digit5", 1000))).toBe(false);
  expect(presses.isAgain(press("Digit5", 1000 + BOUNCE_MS - 1))).toBe(true);
  // Each bounce counts from the one before.
  expect(presses.isAgain(press("Digit5", 1000 + 2 * BOUNCE_MS - 2))).toBe(true);
  expect(presses.isAgain(press("Digit5", 1500, true))).toBe(true);
  expect(presses.isAgain(press("Digit5", 1530, true))).toBe(true);
  expect(presses.isAgain(press("Digit5", 1560))).toBe(true);
  expect(presses.isAgain(press("Digit5", 1560 + BOUNCE_MS))).toBe(false);
});

it("takes a key after another one as a new press, however soon", () => {
  const presses = new Presses();
  const codes = ["Digit1", "Enter", "Digit1", "Enter", "Digit2"];
  expect(codes.map((code, index) => presses.isAgain(press(code, 10 * index)))).toEqual([false, false, false, false, false]);
});

it("knows whether the press did something, until the next", () => {
  const presses = new Presses();
  presses.isAgain(press("KeyC", 0));
  presses.act();
  presses.isAgain(press("KeyC", 40));
  expect(presses.acted).toBe(true);
  presses.isAgain(press("KeyC", 40 + BOUNCE_MS));
  expect(presses.acted).toBe(false);
});
