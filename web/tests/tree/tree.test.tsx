import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Node } from "../../src/boundary/types";
import { foldedFolders } from "../../src/state/prefs";
import { route } from "../../src/state/route";
import { tree } from "../../src/state/store";
import { cutId, focusedId, renamingId } from "../../src/tree/state";
import { Tree } from "../../src/tree/tree";
import { Asks, closeAsk } from "../../src/ui/asks";

const { call } = vi.hoisted(() => ({ call: vi.fn(async (..._: unknown[]) => ({})) }));
vi.mock("../../src/state/client", () => ({ call, show: vi.fn(), switchWorkspace: vi.fn(), retry: vi.fn(), openThread: vi.fn() }));

const thread = (id: string, name = id): Node => ({ id, kind: "thread", name });
const root = document.createElement("div");

const lines = () => [...root.querySelectorAll<HTMLElement>("[role=treeitem]")];
const line = (id: string) => root.querySelector<HTMLElement>(`[data-id="${id}"]`)!;
const focused = () => (document.activeElement as HTMLElement | null)?.dataset.id;

/** A person's focus is followed by a rendering before the next key. */
async function focus(id: string): Promise<void> {
  await act(() => line(id).focus());
}

async function press(key: string, more: KeyboardEventInit = {}): Promise<void> {
  await act(() => {
    document.activeElement!.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
  });
}

beforeEach(async () => {
  document.body.append(root);
  foldedFolders.value = [];
  focusedId.value = renamingId.value = cutId.value = null;
  route.value = { screen: "home" };
  tree.value = [{ id: "f", kind: "folder", name: "Folder", children: [thread("in")] }, thread("a", "Apple"), thread("b", "Bread")];
  await act(() =>
    render(
      <>
        <Tree />
        <Asks />
      </>,
      root,
    ),
  );
});

afterEach(async () => {
  await act(() => {
    closeAsk();
    render(null, root);
  });
  root.remove();
  call.mockClear();
});

describe("the tree", () => {
  it("is one tab stop, with levels and places for screen readers", () => {
    expect(lines().map((one) => [one.dataset.id, one.tabIndex, one.getAttribute("aria-level"), one.getAttribute("aria-setsize")])).toEqual([
      ["f", 0, "1", "3"],
      ["in", -1, "2", "1"],
      ["a", -1, "1", "3"],
      ["b", -1, "1", "3"],
    ]);
  });

  it("walks, folds, opens by keys", async () => {
    await focus("f");
    await press("End");
    expect(focused()).toBe("b");
    await press("Home");
    await press("ArrowLeft");
    expect(lines()).toHaveLength(3);
    expect(foldedFolders.value).toEqual(["f"]);
    await press("b");
    expect(focused()).toBe("b");
    await press("Enter");
    expect(route.value).toEqual({ screen: "thread", threadId: "b" });
  });

  it("renames in the line; Escape keeps the old name", async () => {
    await focus("a");
    await press("F2");
    const input = root.querySelector<HTMLInputElement>(".rename")!;
    expect(document.activeElement).toBe(input);
    input.value = "Apricot";
    await press("Escape");
    expect(call).not.toHaveBeenCalled();
    expect(focused()).toBe("a");
    await press("F2");
    root.querySelector<HTMLInputElement>(".rename")!.value = " Apricot ";
    await press("Enter");
    expect(call).toHaveBeenCalledExactlyOnceWith("thread_rename", { thread_id: "a", name: "Apricot" });
  });

  it("renames a folder in its line; an empty name keeps the old one", async () => {
    await focus("f");
    await press("F2");
    const input = root.querySelector<HTMLInputElement>(".rename")!;
    expect(document.activeElement).toBe(input);
    expect([input.value, input.getAttribute("aria-label")]).toEqual(["Folder", "New name of Folder"]);
    input.value = "  ";
    await press("Enter");
    expect(call).not.toHaveBeenCalled();
    await press("F2");
    root.querySelector<HTMLInputElement>(".rename")!.value = " Reports ";
    await press("Enter");
    expect(call).toHaveBeenCalledExactlyOnceWith("folder_rename", { folder_id: "f", name: "Reports" });
    expect(focused()).toBe("f");
    expect(foldedFolders.value).toEqual([]);
  });

  it("has the focus in the name before the next key comes", async () => {
    await focus("f");
    document.activeElement!.dispatchEvent(new KeyboardEvent("keydown", { key: "F2", bubbles: true, cancelable: true }));
    await Promise.resolve();
    await Promise.resolve();
    expect(document.activeElement).toBe(root.querySelector(".rename"));
  });

  it("renames a folder from its menu", async () => {
    await act(() => {
      line("f").dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true, clientX: 9, clientY: 9 }));
    });
    const item = [...root.querySelectorAll<HTMLElement>("[role=menuitem]")].find((one) => one.textContent?.startsWith("Rename"));
    await act(() => item!.click());
    expect(renamingId.value).toBe("f");
    expect(document.activeElement).toBe(root.querySelector(".rename"));
  });

  it("moves by keys: into the folder, out of it, by cut and paste", async () => {
    await focus("a");
    await press("ArrowRight", { ctrlKey: true, shiftKey: true });
    expect(call).toHaveBeenLastCalledWith("thread_move", { thread_id: "a", folder_id: "f" });
    await focus("in");
    await press("ArrowLeft", { ctrlKey: true, shiftKey: true });
    expect(call).toHaveBeenLastCalledWith("thread_move", { thread_id: "in", folder_id: null });
    await focus("b");
    await press("x", { ctrlKey: true });
    await focus("in");
    await press("v", { ctrlKey: true });
    expect(call).toHaveBeenLastCalledWith("thread_move", { thread_id: "b", folder_id: "f" });
    expect(cutId.value).toBeNull();
  });

  it("asks before it deletes", async () => {
    await focus("a");
    await press("Delete");
    const buttons = [...root.querySelectorAll<HTMLButtonElement>("dialog .actions button")];
    expect(call).not.toHaveBeenCalled();
    await act(() => buttons[1]!.click());
    expect(call).toHaveBeenCalledWith("thread_delete", { thread_id: "a" });
  });

  it("keeps the focus in the tree when the focused line goes", async () => {
    await focus("a");
    await act(() => {
      tree.value = tree.value.filter((node) => node.id !== "a");
    });
    expect(focusedId.value).toBe("b");
    expect(focused()).toBe("b");
  });

  it("draws few lines of many", async () => {
    await act(() => {
      tree.value = Array.from({ length: 10_000 }, (_, place) => thread(`t${place}`));
    });
    expect(lines().length).toBeLessThan(60);
    await focus("t0");
    await press("End");
    expect(focused()).toBe("t9999");
  });
});
