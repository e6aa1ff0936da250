/** The list's arithmetic. */
import { describe, expect, it } from "vitest";
import { Heights, offsets, pieces, span } from "../../../src/timeline/list/heights";

const order = Array.from({ length: 100 }, (_, index) => `k${index}`);

describe("heights", () => {
  it("measured ones take the place of guesses", () => {
    const heights = new Heights(() => 10);
    expect(heights.set("k1", 30)).toBe(true);
    expect(heights.set("k1", 30)).toBe(false);
    expect([...offsets(order.slice(0, 3), heights)]).toEqual([0, 10, 40, 50]);
  });

  it("spans touch the view and are never empty", () => {
    const starts = offsets(order, new Heights(() => 10));
    expect(span(starts, 95, 205)).toEqual({ first: 9, last: 21 });
    expect(span(starts, -500, -100)).toEqual({ first: 0, last: 1 });
    expect(span(starts, 5_000, 6_000)).toEqual({ first: 99, last: 100 });
    expect(span(new Float64Array(1), 0, 100)).toEqual({ first: 0, last: 0 });
  });

  it("rows of no height do not stop the search", () => {
    const starts = offsets(order, new Heights((key) => (key === "k50" ? 10 : 0)));
    expect(span(starts, 0, 10)).toEqual({ first: 50, last: 100 });
  });

  it("drawn rows and gaps make up the whole height", () => {
    const heights = new Heights((key) => Number(key.slice(1)));
    const starts = offsets(order, heights);
    const found = pieces(starts, { first: 40, last: 45 }, [3, 42, 99, -1, 100]);
    const height = found.reduce<number>((sum, piece) => sum + (typeof piece === "number" ? heights.of(order[piece]!) : piece.gap), 0);
    expect(height).toBe(starts[100]);
    expect(found.filter((piece) => typeof piece === "number")).toEqual([3, 40, 41, 42, 43, 44, 99]);
  });
});
