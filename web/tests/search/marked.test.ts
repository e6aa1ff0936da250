import { describe, expect, it } from "vitest";
import { markedParts } from "../../src/search/marked";

const marks = (snippet: string, matches: [number, number][]) =>
  markedParts(snippet, matches)
    .map(({ text, isMatch }) => (isMatch ? `[${text}]` : text))
    .join("");

describe("matches in a snippet", () => {
  it("count whole characters", () => {
    expect(marks("🍞 bread 🍞 time", [[2, 7], [10, 14]])).toBe("🍞 [bread] 🍞 [time]");
  });

  it("may lie: overlapping, in disorder, beyond the end", () => {
    expect(marks("bread", [[3, 9], [0, 2]])).toBe("[br]e[ad]");
    expect(marks("bread", [[0, 4], [1, 3]])).toBe("[brea]d");
    expect(marks("bread", [[8, 9]])).toBe("bread");
    expect(marks("", [[0, 1]])).toBe("");
  });
});
