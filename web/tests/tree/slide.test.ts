import { describe, expect, it } from "vitest";
import { isEnough } from "../../src/tree/slide";

describe("the drawer under a finger", () => {
  it("goes when it was pushed far or fast, and stays otherwise", () => {
    expect(isEnough(-150, 900, 300)).toBe(true);
    expect(isEnough(-60, 60, 300)).toBe(true);
    expect(isEnough(-60, 900, 300)).toBe(false);
    expect(isEnough(-10, 5, 300)).toBe(false);
    expect(isEnough(200, 50, 300)).toBe(false);
  });
});
