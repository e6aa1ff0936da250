/** Long text in pieces. */
import { describe, expect, it } from "vitest";
import { chunks, sheets } from "../../../src/timeline/document/chunks";

describe("chunks", () => {
  it("are the text, and stay as it grows", () => {
    const text = Array.from({ length: 4_000 }, (_, line) => `line ${line} 🎉`).join("\n");
    const whole = chunks(text);
    expect(whole.join("")).toBe(text);
    const half = chunks(text.slice(0, text.length / 2));
    expect(whole.slice(0, half.length - 1)).toEqual(half.slice(0, -1));
  });

  it("tear no character where there is no space", () => {
    const text = "x" + "🎉".repeat(10_000);
    for (const part of chunks(text)) expect(part).not.toMatch(/^[\udc00-\udfff]|[\ud800-\udbff]$/);
    expect(chunks(text).join("")).toBe(text);
  });
});

describe("sheets", () => {
  it("are the code, each of whole lines, and stay as it grows", () => {
    const code = Array.from({ length: 500 }, (_, line) => (line % 7 === 0 ? "" : `line ${line}`)).join("\n");
    const whole = sheets(code);
    expect(whole.join("")).toBe(code);
    expect(whole.slice(0, -1).every((sheet) => sheet.endsWith("\n"))).toBe(true);
    const half = sheets(code.slice(0, 1_000));
    expect(whole.slice(0, half.length - 1)).toEqual(half.slice(0, -1));
    expect(sheets("")).toEqual([""]);
  });
});
