/** The WebSocket to the gateway's boundary: calls with ids, pushed events, coming back after a break. */
import type { Answer, BoundaryEvent, Failed, Methods } from "./types";

/** What a person should know of the line. `retryAt` is a time of this machine, in milliseconds. */
export type LinkState =
  | { kind: "connecting" }
  | { kind: "online" }
  | { kind: "offline"; retryAt: number }
  | { kind: "signed_out" };

export interface LinkHandlers {
  /** Each time that the line stands; events come only after it has returned. */
  joined: () => Promise<void>;
  /** What a frame tells, together, and what time it is by the gateway's clock. */
  told: (events: readonly BoundaryEvent[], nowMs: number | null) => void;
  state: (state: LinkState) => void;
  /** Whether this browser's session still holds; rejects when the gateway cannot be asked. */
  isSignedIn: () => Promise<boolean>;
}

interface Waiting {
  resolve: (value: never) => void;
  reject: (error: CallFailed) => void;
}

/** A call that was answered with an error, or that the line broke under (`code` is then `broken`). */
export class CallFailed extends Error {
  readonly code: string;
  readonly kind: string;
  readonly path: string | null;

  constructor(failed: Pick<Failed, "message" | "code" | "kind" | "path">) {
    super(failed.message);
    this.code = failed.code;
    this.kind = failed.kind;
    this.path = failed.path ?? null;
  }
}

const REVOKED = 4403;
const FIRST_DELAY = 250;
const LAST_DELAY = 15_000;
/** A gateway that answers nothing for so long is taken for gone. */
const SILENCE = 30_000;
/** After so long without a word it is asked for one: a line that was cut somewhere on its way says nothing of it. */
const PULSE = 25_000;

const broken = () => new CallFailed({ message: "the connection broke", code: "broken", kind: "unavailable", path: null });

export class Link {
  private socket: WebSocket | null = null;
  private waiting = new Map<number, Waiting>();
  private nextId = 1;
  private delay = FIRST_DELAY;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pulse: ReturnType<typeof setInterval> | undefined;
  private heardAt = 0;
  private isWanted = false;

  constructor(
    private readonly url: string,
    private readonly handlers: LinkHandlers,
  ) {}

  start(): void {
    if (this.isWanted) return;
    this.isWanted = true;
    addEventListener("online", this.hurry);
    document.addEventListener("visibilitychange", this.hurry);
    this.open();
  }

  stop(): void {
    this.isWanted = false;
    removeEventListener("online", this.hurry);
    document.removeEventListener("visibilitychange", this.hurry);
    clearTimeout(this.timer);
    clearInterval(this.pulse);
    this.socket?.close();
  }

  call<M extends keyof Methods>(method: M, params: Methods[M]["params"]): Promise<Methods[M]["result"]> {
    const socket = this.socket;
    if (socket?.readyState !== WebSocket.OPEN) return Promise.reject(broken());
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
      socket.send(JSON.stringify({ id, method, params }));
    });
  }

  /** Try again now: a person asked, the network came back, the page is looked at again. */
  readonly hurry = (): void => {
    if (document.visibilityState === "hidden") return;
    if (this.socket !== null) {
      this.probe();
    } else if (this.isWanted) {
      clearTimeout(this.timer);
      this.delay = FIRST_DELAY;
      this.open();
    }
  };

  private open(): void {
    this.handlers.state({ kind: "connecting" });
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onopen = () => void this.join(socket);
    socket.onmessage = (message: MessageEvent<string>) => this.take(message.data);
    socket.onclose = (closed) => void this.broke(socket, closed.code);
  }

  private async join(socket: WebSocket): Promise<void> {
    try {
      await this.handlers.joined();
    } catch {
      socket.close();
      return;
    }
    if (this.socket !== socket || socket.readyState !== WebSocket.OPEN) return;
    this.delay = FIRST_DELAY;
    this.handlers.state({ kind: "online" });
    clearInterval(this.pulse);
    this.pulse = setInterval(() => this.feel(), PULSE);
  }

  private take(text: string): void {
    this.heardAt = performance.now();
    const frame = JSON.parse(text) as { events: BoundaryEvent[]; now_ms?: number } | ({ id: number } & Answer<never>);
    if ("events" in frame) return this.handlers.told(frame.events, frame.now_ms ?? null);
    const waiting = this.waiting.get(frame.id);
    this.waiting.delete(frame.id);
    if (frame.status === "ok") waiting?.resolve(frame.value);
    else waiting?.reject(new CallFailed(frame));
  }

  private async broke(socket: WebSocket, code: number): Promise<void> {
    if (this.socket !== socket) return;
    this.socket = null;
    clearInterval(this.pulse);
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const one of waiting) one.reject(broken());
    if (!this.isWanted) return;
    if (code === REVOKED || !(await this.holds())) {
      this.isWanted = false;
      this.handlers.state({ kind: "signed_out" });
      return;
    }
    this.later();
  }

  /** A browser does not tell why an upgrade was refused: the session is asked for apart. */
  private async holds(): Promise<boolean> {
    try {
      return await this.handlers.isSignedIn();
    } catch {
      return true;
    }
  }

  private later(): void {
    if (!this.isWanted || this.socket !== null) return;
    const wait = this.delay * (0.75 + Math.random() / 2);
    this.delay = Math.min(this.delay * 2, LAST_DELAY);
    this.handlers.state({ kind: "offline", retryAt: Date.now() + wait });
    this.timer = setTimeout(() => this.open(), wait);
  }

  private feel(): void {
    if (document.visibilityState !== "hidden" && performance.now() - this.heardAt >= PULSE) this.probe();
  }

  /** A machine that slept may hold a dead socket: who does not answer soon is left. */
  private probe(): void {
    const socket = this.socket;
    if (socket?.readyState !== WebSocket.OPEN) return;
    const timer = setTimeout(() => socket.close(), SILENCE);
    this.call("version", {}).then(
      () => clearTimeout(timer),
      () => clearTimeout(timer),
    );
  }
}
