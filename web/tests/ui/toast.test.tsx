import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DrawerToasts, toast, Toasts } from "../../src/ui/toast";

const root = document.createElement("div");
const pass = (ms: number) => act(() => void vi.advanceTimersByTime(ms));
const shown = () => [...root.querySelectorAll(".toast > span")].map((one) => one.textContent);

beforeEach(async () => {
  vi.useFakeTimers();
  document.body.append(root);
  await act(() => render(<Toasts />, root));
});
afterEach(async () => {
  await pass(60_000);
  await act(() => render(null, root));
  vi.useRealTimers();
});

describe("notes", () => {
  it("go by themselves, later where something can be done", async () => {
    await act(() => {
      toast("plain");
      toast("undo", { label: "Undo", run: () => undefined });
    });
    await pass(7_000);
    expect(shown()).toEqual(["undo"]);
    await pass(7_000);
    expect(shown()).toEqual([]);
  });

  it("stay while the pointer is on them", async () => {
    await act(() => toast("read me"));
    root.querySelector(".toast")!.dispatchEvent(new Event("pointerenter"));
    await pass(20_000);
    expect(shown()).toEqual(["read me"]);
    root.querySelector(".toast")!.dispatchEvent(new Event("pointerleave"));
    await pass(20_000);
    expect(shown()).toEqual([]);
  });

  it("replace an earlier one of their key, and are few at once", async () => {
    await act(() => {
      toast("moved 1", undefined, "moved");
      toast("moved 2", undefined, "moved");
      for (const text of ["a", "b"]) toast(text);
    });
    expect(shown()).toEqual(["moved 2", "a", "b"]);
    await act(() => toast("c"));
    expect(shown()).toEqual(["a", "b", "c"]);
  });

  it("are in the drawer alone while it is open", async () => {
    const draw = (isOpen: boolean) =>
      act(() =>
        render(
          <>
            <Toasts />
            {isOpen && <DrawerToasts />}
          </>,
          root,
        ),
      );
    await draw(true);
    await act(() => toast("once"));
    expect(shown()).toEqual(["once"]);
    await draw(false);
    expect(shown()).toEqual(["once"]);
  });
});
