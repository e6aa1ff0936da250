/** Rows of every kind: what they show, what is dropped (nothing), what their actions ask for. */
import { signal } from "@preact/signals";
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Row } from "../../../src/boundary/types";
import { Rows } from "../../../src/state/rows";

const call = vi.hoisted(() => vi.fn());
vi.mock("../../../src/state/client", () => ({ call }));

import { ThreadContext } from "../../../src/timeline/context";
import { RowView } from "../../../src/timeline/rows";

const host = document.createElement("div");
document.body.append(host);
beforeEach(() => call.mockReset().mockResolvedValue({}));
afterEach(() => render(null, host));

function draw(row: Row) {
  const shown = signal(row);
  const here = { threadId: "t", rows: new Rows() };
  void act(() =>
    render(
      <ThreadContext.Provider value={here}>
        <RowView row={shown} />
      </ThreadContext.Provider>,
      host,
    ),
  );
  return shown;
}

function press(name: string): void {
  const button = [...host.querySelectorAll("button")].find((one) => (one.getAttribute("aria-label") ?? one.textContent)?.includes(name));
  if (button === undefined) throw new Error(`no button ${name}`);
  void act(() => button.click());
}

describe("rows", () => {
  it("of kinds that are not known are shown plainly, also where they are named like something of the language", () => {
    draw({ key: "1", kind: "constructor", title: "Hologram", detail: "of a later gateway", text: "spins" });
    expect(host.textContent).toContain("Hologram");
    expect(host.textContent).toContain("of a later gateway");
    expect(host.textContent).toContain("spins");
  });

  it("of tools hide what they printed until it is wanted, without escape sequences", () => {
    draw({ key: "tool1", kind: "tool", title: "exec_command make all", text: "\u001b[31mred\u001b[0m", phase: "failed", detail: "exit 2" });
    expect(host.textContent).toContain("make all");
    expect(host.textContent).toContain("exit 2");
    expect(host.querySelector("pre")).toBeNull();
    press("exec_command");
    expect(host.querySelector("pre")!.textContent).toBe("red");
  });

  it("of tools show their end while they run", () => {
    const row = draw({ key: "tool2", kind: "tool", title: "exec_command seq", text: "1\n", phase: "running", started_at_ms: Date.now() - 5_000 });
    expect(host.querySelector("pre")!.textContent).toBe("1\n");
    expect(host.querySelector(".elapsed")!.textContent).toBe("5 s");
    void act(() => {
      row.value = { ...row.peek(), text: "1\n2\n" };
    });
    expect(host.querySelector("pre")!.textContent).toBe("1\n2\n");
  });

  it("of changes show signs and lines, and fold what is long", () => {
    const lines = Array.from({ length: 60 }, (_, place) => ({ sign: place % 2 ? "+" : "-", text: `line ${place}` }));
    draw({ key: "change1", kind: "change", title: "apply_patch a.py", diff: [{ path: "a.py", change: "update", hunks: [{ lines, header: "def f" }] }] });
    expect(host.querySelectorAll(".plus, .minus").length).toBeLessThan(60);
    press("61");
    expect(host.querySelectorAll(".plus")).toHaveLength(30);
    expect(host.textContent).toContain("+30");
  });

  it("that group others ask the gateway to open and close", () => {
    draw({ key: "w", kind: "work", title: "Completed", count: 3, is_open: false });
    press("Completed");
    expect(call).toHaveBeenCalledWith("active_thread_toggle", { thread_id: "t", key: "w", is_open: true });
  });

  it("that wait can be taken back", () => {
    draw({ key: "queued:q", kind: "queued", turn_id: "q", text: "later" });
    press("Do not send");
    expect(call).toHaveBeenCalledWith("active_thread_queue_remove", { thread_id: "t", turn_id: "q" });
  });

  it("of a person are edited in place; what is refused keeps the text", async () => {
    call.mockResolvedValue({ refusals: [{ words: { id: "composer.no_provider" } }] });
    draw({ key: "u", kind: "user", turn_id: "turn", text: "helo" });
    press("Edit");
    const area = host.querySelector("textarea")!;
    void act(() => {
      area.value = "hello";
      area.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await act(async () => host.querySelector("form")!.requestSubmit());
    expect(call).toHaveBeenCalledWith("composer_edit", expect.objectContaining({ thread_id: "t", turn_id: "turn", text: "hello" }));
    expect(host.querySelector("textarea")!.value).toBe("hello");
  });

  it("show pictures that the message carries, and load none from elsewhere", () => {
    draw({
      key: "p",
      kind: "user",
      text: "look",
      attachments: [
        { type: "image", url: "data:image/png;base64,AAAA" },
        { type: "image", url: "https://evil.example/p.png" },
        { type: "image", url: "data:image/svg+xml;base64,AAAA" },
      ],
    });
    expect([...host.querySelectorAll("img")].map((one) => one.getAttribute("src"))).toEqual(["data:image/png;base64,AAAA"]);
    expect(host.textContent).toContain("https://evil.example/p.png");
  });
});
