/** Times as a person reads them, in the language of the page. Seconds since 1970. */
import { spoken } from "../words";

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const A_MONTH = 30 * 86_400;

export function date(at: number): string {
  return new Intl.DateTimeFormat(spoken.value, { dateStyle: "medium" }).format(at * 1_000);
}

/** How long ago; what is further than a month away, or by a wrong clock in the future, is a date. */
export function ago(at: number, now: number = Date.now() / 1_000): string {
  const passed = now - at;
  if (passed < -60 || passed > A_MONTH) return date(at);
  const relative = new Intl.RelativeTimeFormat(spoken.value, { numeric: "auto" });
  const step = STEPS.find(([, seconds]) => passed >= seconds);
  return step === undefined ? relative.format(0, "minute") : relative.format(-Math.floor(passed / step[1]), step[0]);
}
