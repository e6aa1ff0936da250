import { describe, expect, it } from "vitest";
import { ranked } from "../../src/palette/choices";
import { fit } from "../../src/palette/match";

const best = (typed: string, ...names: string[]) => names.map((name) => [fit(name, typed), name] as const).sort((a, b) => b[0] - a[0])[0]?.[1];

describe("the fit of a name", () => {
  it("prefers whole beginnings to words inside to scattered letters", () => {
    expect(best("set", "Reset all", "Settings", "Some extra thing")).toBe("Settings");
    expect(best("nt", "Quantum", "New thread")).toBe("Quantum");
    expect(best("nth", "Panther", "New thread")).toBe("Panther");
    expect(fit("New thread", "nt")).toBeGreaterThan(0);
    expect(fit("New thread", "newthr")).toBeGreaterThan(0);
  });

  it("finds words in any order and without accents", () => {
    expect(fit("Weekly plan for the release", "release plan")).toBeGreaterThan(0);
    expect(fit("Übersetzung", "uber")).toBeGreaterThan(1000);
  });

  it("refuses letters that are strewn over a long name", () => {
    expect(fit("Why is the build slow on the machines since Tuesday", "hlm")).toBe(0);
    expect(fit("abc", "abcd")).toBe(0);
    expect(fit("", "a")).toBe(0);
  });
});

describe("the palette's order", () => {
  it("brings what was used last nearer, but never in without a fit", () => {
    const choice = (id: string, label: string) => ({ id, label, run: () => undefined });
    const all = [choice("a", "Plan one"), choice("b", "Plan two"), choice("c", "Trip")];
    expect(ranked(all, "plan", ["b", "c"]).map((one) => one.id)).toEqual(["b", "a"]);
  });
});
