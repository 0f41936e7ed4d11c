import { describe, expect, it } from "vitest";
import { uuidTime, uuidv7 } from "./uuid.server";

describe("uuidv7", () => {
  it("has the form of version 7, and the time in front", () => {
    const now = Date.now() + 1000;
    const id = uuidv7(now);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidTime(id)).toBe(now);
  });

  it("rises strictly, also within a millisecond and when the clock goes back", () => {
    const ids = [...Array.from({ length: 10_000 }, () => uuidv7()), uuidv7(0), uuidv7(1)];
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
  });
});
