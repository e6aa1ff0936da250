/** Elapsed times. */
import { describe, expect, it } from "vitest";
import { begun, since } from "../../src/state/gateway_clock";
import { lasting } from "../../src/timeline/clock";

describe("elapsed times", () => {
  it("read as people say them", () => {
    expect([0, 400, 9_000, 59_999, 185_000, 7_440_000].map(lasting)).toEqual(["< 1 s", "0.4 s", "9 s", "59 s", "3 min 5 s", "2 h 4 min"]);
  });

  it("hold where the clocks of page and gateway are an hour apart", () => {
    expect(since(1_000_000, 1_005_000)).toBe(5_000);
    begun(1_000_000, 4_600_000);
    begun(1_000_000, 9_600_000);
    expect(since(1_000_000, 4_605_000)).toBe(5_000);
    begun(4_600_000, 1_000_000);
    expect(since(4_600_000, 1_002_000)).toBe(2_000);
  });
});
