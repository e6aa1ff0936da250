/** A finger that rests: what the right button of a mouse does. */

const LONG_MS = 500;
/** A finger is never quite still. */
const SLACK = 10;

// one finger at a time, whatever was drawn anew meanwhile
let began = { x: 0, y: 0 };
let isLong = false;
const timers = new Set<ReturnType<typeof setTimeout>>();

export function longPress(act: (target: EventTarget | null, at: { x: number; y: number }) => void) {
  return {
    /** The click that follows a long press is none. */
    wasLong: () => isLong,
    onPointerDown: (event: PointerEvent) => {
      drop();
      isLong = false;
      if (event.pointerType !== "touch") return;
      const { target, clientX: x, clientY: y } = event;
      began = { x, y };
      const timer = setTimeout(() => {
        isLong = true;
        act(target, { x, y });
      }, LONG_MS);
      timers.add(timer);
    },
    onPointerMove: (event: PointerEvent) => {
      if (Math.hypot(event.clientX - began.x, event.clientY - began.y) > SLACK) drop();
    },
    onPointerUp: drop,
    onPointerCancel: drop,
  };
}

function drop(): void {
  for (const timer of timers) clearTimeout(timer);
  timers.clear();
}
