/** Elapsed times. */
import { describe, expect, it } from "vitest";
import { heard, since } from "../../src/state/gateway_clock";
import { lasting } from "../../src/timeline/clock";

describe("elapsed times", () => {
  it("read as people say them", () => {
    expect([0, 400, 9_000, 59_999, 185_000, 7_440_000].map(lasting)).toEqual(["< 1 s", "0.4 s", "9 s", "59 s", "3 min 5 s", "2 h 4 min"]);
  });

  it("hold where the clocks of page and gateway are an hour apart", () => {
    expect(since(1_000_000, 1_005_000)).toBe(5_000);
    heard(1_000_000, 4_600_000);
    heard(1_000_000, 4_600_900);
    expect(since(1_000_000, 4_605_000)).toBe(5_000);
    heard(4_600_000, 1_000_000);
    expect(since(4_600_000, 1_002_000)).toBe(2_000);
    heard(1_010_000, 4_610_000);
    expect(since(1_010_000, 4_613_000)).toBe(3_000);
  });
});
