/** How long ago something was, in the person's language. */
import { spoken } from "../words";

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 365 * 86_400_000],
  ["month", 30 * 86_400_000],
  ["week", 7 * 86_400_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** `style` narrow is for the edge of a line. A clock that is behind the gateway's reads as now. */
export function ago(at: number, style: "long" | "narrow" = "long", now = Date.now()): string {
  const passed = Math.max(0, now - at);
  const [unit, size] = UNITS.find(([, size]) => passed >= size) ?? ["second", Infinity];
  return formatter(spoken.value, style).format(-Math.floor(passed / size) || 0, unit);
}

/** Making one costs more than all else of a line. */
const formatters = new Map<string, Intl.RelativeTimeFormat>();

function formatter(language: string, style: "long" | "narrow"): Intl.RelativeTimeFormat {
  const key = `${language} ${style}`;
  const known = formatters.get(key) ?? new Intl.RelativeTimeFormat(language, { numeric: "auto", style });
  formatters.set(key, known);
  return known;
}
