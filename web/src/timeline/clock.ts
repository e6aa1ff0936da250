/** The time that running rows tick by: one timer, only while something is drawn that ticks. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { spoken } from "../words";

let timer: ReturnType<typeof setInterval> | undefined;

const ticking = signal(Date.now(), {
  watched: () => {
    ticking.value = Date.now();
    timer = setInterval(() => (ticking.value = Date.now()), 1_000);
  },
  unwatched: () => clearInterval(timer),
});

export const now: ReadonlySignal<number> = ticking;

/** As people say it: `< 1 s`, `0.4 s`, `12 s`, `3 min 5 s`, `2 h 4 min`. */
export function lasting(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds < 0.1) return "< 1 s";
  if (seconds < 10 && ms % 1_000 !== 0) return `${seconds.toLocaleString(spoken.value, { maximumFractionDigits: 1 })} s`;
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}
