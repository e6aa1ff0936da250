import { describe, expect, it } from "vitest";
import { drawn, revealed } from "../../src/tree/view_window";

describe("the window on a long list", () => {
  it("covers what is in sight at every place, with few lines", () => {
    for (let top = 0; top <= 10_000 * 32 - 600; top += 97) {
      const { first, end } = drawn(top, 600, 32, 10_000);
      expect(first).toBeLessThanOrEqual(Math.floor(top / 32));
      expect(end).toBeGreaterThanOrEqual(Math.min(10_000, Math.ceil((top + 600) / 32)));
      expect(end - first).toBeLessThan(60);
    }
  });

  it("moves in steps, so that a small scroll draws nothing anew", () => {
    expect(drawn(0, 600, 32, 10_000)).toEqual(drawn(20, 600, 32, 10_000));
  });

  it("fits short lists, empty ones and a place behind the end", () => {
    expect(drawn(0, 600, 32, 3)).toEqual({ first: 0, end: 3 });
    expect(drawn(0, 600, 32, 0)).toEqual({ first: 0, end: 0 });
    const { first, end } = drawn(90_000, 600, 32, 5);
    expect(first).toBeLessThan(5);
    expect(end).toBe(5);
  });

  it("scrolls only for a line that is not in sight", () => {
    expect(revealed(5, 0, 600, 32)).toBeNull();
    expect(revealed(0, 640, 600, 32)).toBe(0);
    expect(revealed(100, 0, 600, 32)).toBe(100 * 32 + 32 + 16 - 600);
  });
});
