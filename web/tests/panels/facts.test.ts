/** What a thread's details add up to. */
import { describe, expect, it } from "vitest";
import { facts } from "../../src/panels/facts";
import { foldersOf } from "../../src/panels/folders";

describe("the sums of a thread", () => {
  const turn = (id: string, more: object) => ({ turn: { id, status: "completed", ...more } });

  it("are of all turns, and of each", () => {
    const turns = [
      turn("a", { model: "m", model_provider: "p", usage: { input_tokens: 10, output_tokens: 2, provider_calls: 1 } }),
      turn("b", { model: "m", model_provider: "p", usage: { input_tokens: 5, output_tokens: 1, reasoning_tokens: 3, provider_calls: 2 } }),
      turn("c", { model: "n", usage: null }),
    ];
    const told = facts(JSON.stringify({ thread: { created_at: 1, updated_at: 2, cwd: "/w", forked_from: { thread_id: "t0" } }, turns }));
    expect(told.models).toEqual(["p / m", "n"]);
    expect(told.usage).toMatchObject({ input_tokens: 15, output_tokens: 3, reasoning_tokens: 3, provider_calls: 3 });
    expect(told.turns.map(({ input, output }) => [input, output])).toEqual([
      [10, 2],
      [5, 1],
      [0, 0],
    ]);
    expect(told).toMatchObject({ begun: 1, changed: 2, cwd: "/w", forkedFrom: "t0" });
  });

  it("of a thread without turns are nothing", () => {
    expect(facts(JSON.stringify({ thread: {}, turns: [] }))).toMatchObject({ models: [], begun: null, forkedFrom: null, turns: [] });
  });
});

it("changed files are told once each, the last change first, without what failed", () => {
  const change = (id: string, paths: string[], status = "completed") => ({ type: "fileChange", id, status, changedFiles: paths });
  const turns = [
    { turn: { id: "x" }, items: [change("1", ["a", "b"]), { type: "agentMessage", id: "2" }] },
    { turn: { id: "y" }, items: [change("3", ["a"]), change("4", ["c"], "failed")] },
  ];
  expect(facts(JSON.stringify({ thread: {}, turns })).files).toEqual([
    { path: "a", key: "3", turnId: "y" },
    { path: "b", key: "1", turnId: "x" },
  ]);
});

it("a thread stands in its folders", () => {
  const tree = [{ id: "f", kind: "folder" as const, name: "F", children: [{ id: "g", kind: "folder" as const, name: "G", children: [{ id: "t", kind: "thread" as const, name: "T" }] }] }];
  expect(foldersOf(tree, "t")).toEqual(["F", "G"]);
  expect(foldersOf(tree, "elsewhere")).toEqual([]);
});
