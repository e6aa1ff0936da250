import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConnectionBanner } from "../../src/frame/connection";
import { inner, link } from "../../src/state/store";

const root = document.createElement("div");
const words = () => root.querySelector("[role=status]")?.textContent ?? null;
const set = (state: typeof link.value) => act(() => void (link.value = state));
const pass = (ms: number) => act(() => void vi.advanceTimersByTime(ms));

beforeEach(async () => {
  vi.useFakeTimers();
  document.body.append(root);
  inner.value = null;
  link.value = { kind: "online" };
  await act(() => render(<ConnectionBanner />, root));
});
afterEach(async () => {
  await act(() => render(null, root));
  vi.useRealTimers();
});

describe("the banner of the connection", () => {
  it("says nothing of a short break", async () => {
    await set({ kind: "offline", retryAt: Date.now() + 200 });
    await pass(600);
    await set({ kind: "connecting" });
    await pass(300);
    await set({ kind: "online" });
    await pass(5_000);
    expect(words()).toBeNull();
  });

  it("keeps its words from try to try, and counts down beside them", async () => {
    await set({ kind: "offline", retryAt: Date.now() + 9_000 });
    await pass(1_300);
    const told = words();
    expect(told).toContain("cannot be reached");
    expect(root.querySelector(".countdown")?.textContent).toContain("8 s");
    await pass(3_000);
    expect(root.querySelector(".countdown")?.textContent).toContain("5 s");
    await set({ kind: "connecting" });
    expect(words()).toBe(told);
    await set({ kind: "online" });
    expect(words()).toBeNull();
  });

  it("says what the gateway's own core tells, in the words of its phrase", async () => {
    await act(() => {
      inner.value = { event: "connection", state: "gateway_too_old", words: { id: "connection.too_old", values: [["name", "home"], ["version", "0.1"]] } };
    });
    await pass(1_300);
    expect(words()).toContain("home");
    expect(words()).toContain("0.1");
  });
});
