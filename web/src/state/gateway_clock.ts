/** How far this page's clock is from the gateway's: elapsed times hold where one of them is wrong. */

/** Frames arrive later by less than this, else one of the clocks was set anew. */
const LATE_MS = 3_000;
let ahead = Number.POSITIVE_INFINITY;

/** The gateway said what time it is. What was told late only seems far away: the nearest counts. */
export function heard(nowMs: number, at = Date.now()): void {
  const off = at - nowMs;
  if (off < ahead || off > ahead + LATE_MS) ahead = off;
}

/** Milliseconds since a time of the gateway's. */
export function since(startedAt: number, at: number): number {
  return Math.max(0, at - startedAt - (Number.isFinite(ahead) ? ahead : 0));
}
