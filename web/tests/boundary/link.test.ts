import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CallFailed, Link, type LinkState } from "../../src/boundary/link";
import type { BoundaryEvent } from "../../src/boundary/types";

class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: { id: number; method: string }[] = [];
  onopen: () => void = () => undefined;
  onmessage: (message: { data: string }) => void = () => undefined;
  onclose: (closed: { code: number }) => void = () => undefined;

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.fall(1000);
  }

  stand(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen();
  }

  fall(code: number): void {
    this.readyState = 3;
    this.onclose({ code });
  }

  tell(frame: object): void {
    this.onmessage({ data: JSON.stringify(frame) });
  }
}

const newest = () => FakeSocket.all.at(-1)!;

describe("the link", () => {
  let states: LinkState["kind"][];
  let events: BoundaryEvent[];
  let isSignedIn: () => Promise<boolean>;
  let joined: () => Promise<void>;
  let link: Link;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("WebSocket", FakeSocket);
    FakeSocket.all = [];
    states = [];
    events = [];
    isSignedIn = () => Promise.resolve(true);
    joined = () => Promise.resolve();
    link = new Link("ws://gateway/boundary", {
      joined: () => joined(),
      told: (told) => events.push(...told),
      state: (state) => states.push(state.kind),
      isSignedIn: () => isSignedIn(),
    });
    link.start();
  });

  afterEach(() => {
    link.stop();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("is online once it has joined, and hands events on", async () => {
    newest().stand();
    await vi.advanceTimersByTimeAsync(0);
    newest().tell({ events: [{ event: "thread_gone", thread_id: "t" }] });
    expect([states, events]).toEqual([["connecting", "online"], [{ event: "thread_gone", thread_id: "t" }]]);
  });

  it("gives each answer to the call of its id, whatever the order", async () => {
    newest().stand();
    const [first, second] = [link.call("version", {}), link.call("words", {})];
    newest().tell({ id: 2, status: "ok", value: "second" });
    newest().tell({ id: 1, status: "error", message: "no", code: "denied", kind: "denied", path: "$.x" });
    await expect(second).resolves.toBe("second");
    await expect(first).rejects.toMatchObject({ message: "no", code: "denied", path: "$.x" });
  });

  it("fails what waits when the line breaks, and tries again later each time", async () => {
    newest().stand();
    const waiting = link.call("version", {});
    newest().fall(1006);
    await expect(waiting).rejects.toBeInstanceOf(CallFailed);
    await vi.advanceTimersByTimeAsync(400);
    expect(FakeSocket.all).toHaveLength(2);
    newest().fall(1006);
    await vi.advanceTimersByTimeAsync(300);
    expect(FakeSocket.all).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(400);
    expect(FakeSocket.all).toHaveLength(3);
  });

  it("refuses a call while there is no line", async () => {
    await expect(link.call("version", {})).rejects.toMatchObject({ code: "broken" });
  });

  it("stops for good when the credential is void", async () => {
    newest().stand();
    newest().fall(4403);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([states.at(-1), FakeSocket.all.length]).toEqual(["signed_out", 1]);
  });

  it("asks for the session when an upgrade is refused", async () => {
    isSignedIn = () => Promise.resolve(false);
    newest().fall(1006);
    await vi.advanceTimersByTimeAsync(0);
    expect(states.at(-1)).toBe("signed_out");
  });

  it("goes on trying while the gateway cannot even be asked", async () => {
    isSignedIn = () => Promise.reject(new Error("down"));
    newest().fall(1006);
    await vi.advanceTimersByTimeAsync(0);
    expect(states.at(-1)).toBe("offline");
  });

  it("leaves a line on which joining fails", async () => {
    joined = () => Promise.reject(new CallFailed({ message: "no", code: "x", kind: "unavailable", path: null }));
    newest().stand();
    await vi.advanceTimersByTimeAsync(400);
    expect([states.includes("online"), FakeSocket.all.length]).toEqual([false, 2]);
  });

  it("tries at once when the network comes back", async () => {
    for (let times = 0; times < 8; times += 1) {
      newest().fall(1006);
      await vi.advanceTimersByTimeAsync(20_000);
    }
    newest().fall(1006);
    await vi.advanceTimersByTimeAsync(0);
    const before = FakeSocket.all.length;
    dispatchEvent(new Event("online"));
    expect(FakeSocket.all.length).toBe(before + 1);
  });

  it("leaves a socket that answers nothing after a sleep", async () => {
    newest().stand();
    await vi.advanceTimersByTimeAsync(0);
    document.dispatchEvent(new Event("visibilitychange"));
    await vi.advanceTimersByTimeAsync(31_000);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("asks a line that has long been silent for a word, and leaves it where none comes", async () => {
    newest().stand();
    await vi.advanceTimersByTimeAsync(26_000);
    expect(newest().sent.map((call) => call.method)).toEqual(["version"]);
    newest().tell({ id: 1, status: "ok", value: {} });
    await vi.advanceTimersByTimeAsync(20_000);
    newest().tell({ events: [] });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(FakeSocket.all).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.all.length).toBeGreaterThan(1);
  });
});
