import { beforeEach, describe, expect, it } from "vitest";
import { language } from "../../src/state/prefs";
import { ago } from "../../src/ui/times";

const NOW = 1_790_000_000;

describe("how long ago", () => {
  beforeEach(() => {
    language.value = "en";
  });

  it.each([
    [0, "this minute"],
    [59, "this minute"],
    [60, "1 minute ago"],
    [3_600, "1 hour ago"],
    [86_400, "yesterday"],
    [3 * 86_400, "3 days ago"],
    [40 * 86_400, "Aug 12, 2026"],
    [-30, "this minute"],
    [-90_000, "Sep 22, 2026"],
  ])("%s seconds", (passed, words) => {
    expect(ago(NOW - passed, NOW)).toBe(words);
  });
});
