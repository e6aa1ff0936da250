/** A drawer that follows the finger towards its edge, and goes when it was pushed far or fast enough. */

const FAR = 0.35;
const FAST_PX_MS = 0.5;

interface Push {
  x: number;
  y: number;
  at: number;
  isSideways: boolean | null;
}

let push: Push | null = null;

export function slideAway(close: () => void) {
  return {
    onTouchStart: (event: TouchEvent) => {
      const touch = event.touches[0];
      push = event.touches.length === 1 && touch !== undefined ? { x: touch.clientX, y: touch.clientY, at: event.timeStamp, isSideways: null } : null;
    },
    onTouchMove: (event: TouchEvent) => {
      const touch = event.touches[0];
      if (push === null || touch === undefined) return;
      const [x, y] = [touch.clientX - push.x, touch.clientY - push.y];
      if (push.isSideways === null && Math.hypot(x, y) > 8) push.isSideways = Math.abs(x) > 1.5 * Math.abs(y);
      if (push.isSideways) shift(event.currentTarget, Math.min(0, x));
    },
    onTouchEnd: (event: TouchEvent) => {
      const touch = event.changedTouches[0];
      const element = event.currentTarget as HTMLElement;
      shift(element, null);
      if (push?.isSideways && touch !== undefined && isEnough(touch.clientX - push.x, event.timeStamp - push.at, element.clientWidth)) close();
      push = null;
    },
    onTouchCancel: (event: TouchEvent) => {
      shift(event.currentTarget, null);
      push = null;
    },
  };
}

export function isEnough(moved: number, ms: number, width: number): boolean {
  return moved < -FAR * width || (moved < -24 && -moved / Math.max(1, ms) > FAST_PX_MS);
}

/** Null gives it back to the style sheet, which lets it glide. */
function shift(target: EventTarget | null, x: number | null): void {
  const { style } = target as HTMLElement;
  style.transition = x === null ? "" : "none";
  style.translate = x === null ? "" : `${x}px 0`;
}
