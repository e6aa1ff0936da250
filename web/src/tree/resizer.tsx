/** The sidebar's edge: dragged by the pointer, moved by arrow keys, back to its first width by a double click. */
import { sidebarWidth } from "../state/prefs";
import { t } from "../words";

// in sixteenths of the page's font size, which is larger on large screens
const LEAST = 220;
const MOST = 480;
const FIRST = 288;
const STEP = 16;

export function Resizer() {
  return (
    <div
      class="resizer"
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={t("ui.frame.sidebar_width")}
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      aria-valuenow={sidebarWidth.value}
      onDblClick={() => (sidebarWidth.value = FIRST)}
      onKeyDown={(event) => {
        const widths: Record<string, number> = { ArrowLeft: sidebarWidth.value - STEP, ArrowRight: sidebarWidth.value + STEP, Home: LEAST, End: MOST };
        const wanted = widths[event.key];
        if (wanted === undefined) return;
        event.preventDefault();
        resize(wanted);
      }}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
        const left = event.currentTarget.parentElement?.getBoundingClientRect().left ?? 0;
        resize(((event.clientX - left) * 16) / parseFloat(getComputedStyle(document.documentElement).fontSize));
      }}
    />
  );
}

function resize(wanted: number): void {
  sidebarWidth.value = Math.round(Math.max(LEAST, Math.min(MOST, wanted)));
}
