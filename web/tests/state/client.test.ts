/** Following threads: what is joined after a break, what is closed, what is told of a thread that is gone. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { call, closeThread, openThread, start, stop } from "../../src/state/client";
import * as store from "../../src/state/store";

type Params = Record<string, unknown>;
interface Call {
  id: number;
  method: string;
  params: Params;
}

const SCREEN = {
  gateway: { version: "1" },
  workspaces: { event: "workspaces", workspaces: [], opened: "w" },
  tree: { event: "tree", workspace_id: "w", nodes: [] },
  providers: { event: "providers", workspace_id: "w", providers: [] },
};

/** A gateway that answers at once what a test does not hold back. */
class Gateway {
  static readonly OPEN = 1;
  static newest: Gateway;
  /** Methods whose calls wait for the test. */
  static held = new Set<string>();
  static refused = new Map<string, { code: string; kind: string }>();
  readyState = 0;
  calls: Call[] = [];
  onopen: () => void = () => undefined;
  onmessage: (message: { data: string }) => void = () => undefined;
  onclose: (closed: { code: number }) => void = () => undefined;

  constructor() {
    Gateway.newest = this;
  }

  send(text: string): void {
    const call = JSON.parse(text) as Call;
    this.calls.push(call);
    if (!Gateway.held.has(call.method)) this.answer(call);
  }

  answer(call: Call): void {
    const refused = Gateway.refused.get(call.method);
    const value = call.method === "workspace_bootstrap" ? SCREEN : {};
    this.tell(refused === undefined ? { id: call.id, status: "ok", value } : { id: call.id, status: "error", message: "no", ...refused });
  }

  tell(frame: object): void {
    queueMicrotask(() => this.onmessage({ data: JSON.stringify(frame) }));
  }

  close(): void {
    this.readyState = 3;
    this.onclose({ code: 1006 });
  }

  stand(): void {
    this.readyState = Gateway.OPEN;
    this.onopen();
  }

  of(method: string): Params[] {
    return this.calls.filter((call) => call.method === method).map((call) => call.params);
  }

  release(method: string): void {
    Gateway.held.delete(method);
    for (const call of this.calls.filter((one) => one.method === method)) this.answer(call);
  }
}

const settle = () => vi.advanceTimersByTimeAsync(0);

async function online(): Promise<void> {
  start();
  Gateway.newest.stand();
  await settle();
}

describe("the client", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("WebSocket", Gateway);
    vi.stubGlobal("fetch", () => Promise.resolve(new Response('{"signed_in": true, "auth": "token", "version": "1"}')));
    Gateway.held.clear();
    Gateway.refused.clear();
    store.opened.value = new Map();
    store.composers.value = new Map();
  });

  afterEach(() => {
    stop();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("follows a thread that is opened while others are still being joined", async () => {
    openThread("first");
    Gateway.held.add("active_thread_open");
    await online();
    expect(store.isOnline.value).toBe(false);
    openThread("second");
    await settle();
    expect(Gateway.newest.of("active_thread_open").map((params) => params.thread_id)).toEqual(["first", "second"]);
    Gateway.newest.release("active_thread_open");
    await settle();
    expect(store.isOnline.value).toBe(true);
  });

  it("goes on after a break where it was, with the groups that the person opened", async () => {
    await online();
    const rows = openThread("t");
    await settle();
    Gateway.newest.tell({ events: [{ event: "timeline", thread_id: "t", rows: [], cursor: "c7", has_more: false }] });
    await settle();
    rows.toggled("work:1", true);
    Gateway.newest.close();
    await vi.advanceTimersByTimeAsync(1_000);
    Gateway.newest.stand();
    await settle();
    expect(Gateway.newest.of("active_thread_open")).toEqual([{ thread_id: "t", cursor: "c7", limit: 200, toggles: { "work:1": true } }]);
  });

  it("closes a thread only when its opening was answered, and not one that is open again", async () => {
    await online();
    Gateway.held.add("active_thread_open");
    openThread("t");
    closeThread("t");
    await settle();
    expect(Gateway.newest.of("active_thread_close")).toEqual([]);
    Gateway.newest.release("active_thread_open");
    await settle();
    expect(Gateway.newest.of("active_thread_close")).toEqual([{ thread_id: "t" }]);
    openThread("t");
    closeThread("t");
    openThread("t");
    await settle();
    expect(Gateway.newest.of("active_thread_close")).toHaveLength(1);
  });

  it("forgets a thread that is gone, and what worked in it", async () => {
    await online();
    openThread("t");
    const told = (running: string) => ({ event: "composer", thread_id: "t", running, mode: "Agent" });
    Gateway.newest.tell({ events: [told("turn")] });
    await settle();
    expect(store.composers.value.has("t")).toBe(true);
    Gateway.newest.tell({ events: [{ event: "thread_gone", thread_id: "t" }, told("late")] });
    await settle();
    expect([store.opened.value.has("t"), store.composers.value.has("t")]).toEqual([false, false]);
  });

  it("tries again to follow what the gateway could not open, and leaves what is not there", async () => {
    await online();
    Gateway.refused.set("active_thread_open", { code: "reconnecting", kind: "unavailable" });
    openThread("t");
    await settle();
    expect(store.opened.value.has("t")).toBe(true);
    Gateway.refused.set("active_thread_open", { code: "no_thread", kind: "not_found" });
    await vi.advanceTimersByTimeAsync(2_100);
    expect(store.opened.value.has("t")).toBe(false);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(Gateway.newest.of("active_thread_open")).toHaveLength(2);
  });

  it("looks at the first workspace where the last one is gone", async () => {
    await online();
    expect(localStorage.getItem("portico.workspace_id")).toBe('"w"');
    Gateway.newest.close();
    await vi.advanceTimersByTimeAsync(1_000);
    Gateway.refused.set("workspace_bootstrap", { code: "no_workspace", kind: "not_found" });
    Gateway.held.add("workspace_bootstrap");
    Gateway.newest.stand();
    await settle();
    Gateway.newest.release("workspace_bootstrap");
    Gateway.refused.clear();
    await settle();
    expect(Gateway.newest.of("workspace_bootstrap")).toEqual([{ workspace_id: "w" }, {}]);
    expect(store.isOnline.value).toBe(true);
    await expect(call("version", {})).resolves.toEqual({});
  });
});
