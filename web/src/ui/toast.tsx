/** Short notes below the upper edge, read out by screen readers: what went wrong, or what can be undone. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import "./toast.css";

interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
  /** A later one of the same key comes in its place. */
  key?: string;
}

const SHOWN_MS = 6_000;
/** Where something can be done there is time for it. */
const SHOWN_WITH_ACTION_MS = 12_000;
const AT_ONCE = 3;

const toasts = signal<readonly Toast[]>([]);
const drawers = signal(0);
let nextId = 1;
const timers = new Map<number, ReturnType<typeof setTimeout>>();

export function toast(text: string, action?: Toast["action"], key?: string): void {
  const id = nextId++;
  const others = toasts.peek().filter((one) => key === undefined || one.key !== key);
  toasts.value = [...others.slice(1 - AT_ONCE), { id, text, ...(action === undefined ? {} : { action }), ...(key === undefined ? {} : { key }) }];
  closeLater(id);
}

/** The page's own; while a drawer has the page for itself, the notes are in that. */
export function Toasts() {
  return drawers.value > 0 ? null : <List />;
}

/** Inside a modal drawer: what is outside of one cannot be pressed. */
export function DrawerToasts() {
  useEffect(() => {
    drawers.value = drawers.peek() + 1;
    return () => {
      drawers.value = drawers.peek() - 1;
    };
  }, []);
  return <List />;
}

function List() {
  const element = useRef<HTMLDivElement>(null);
  const shown = toasts.value;
  // above dialogs that were opened before: the newest popover is the uppermost
  useEffect(() => {
    if (shown.length === 0 || element.current?.showPopover === undefined) return;
    if (element.current.matches(":popover-open")) element.current.hidePopover();
    element.current.showPopover();
  }, [shown]);
  return (
    <div ref={element} class="toasts" popover="manual" role="status" aria-live="polite">
      {shown.map((one) => (
        <div key={one.id} class="toast" onPointerEnter={() => stay(one.id)} onPointerLeave={() => closeLater(one.id)} onFocusIn={() => stay(one.id)} onFocusOut={() => closeLater(one.id)}>
          <span dir="auto">{one.text}</span>
          {one.action !== undefined && (
            <button
              type="button"
              onClick={() => {
                close(one.id);
                one.action?.run();
              }}
            >
              {one.action.label}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}

function stay(id: number): void {
  clearTimeout(timers.get(id));
}

function closeLater(id: number): void {
  stay(id);
  const one = toasts.peek().find((toast) => toast.id === id);
  if (one !== undefined) timers.set(id, setTimeout(() => close(id), one.action === undefined ? SHOWN_MS : SHOWN_WITH_ACTION_MS));
}

function close(id: number): void {
  stay(id);
  timers.delete(id);
  toasts.value = toasts.peek().filter((one) => one.id !== id);
}
