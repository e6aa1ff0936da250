/** How far this page's clock is from the gateway's: elapsed times hold where one of them is wrong. */

/** Clocks that differ by less than this are the same: it may be the way of the message. */
const SAME_MS = 3_000;
let nearest = Number.POSITIVE_INFINITY;

/** Something has begun by the gateway's clock. What was told late only seems far away: the nearest counts. */
export function begun(startedAt: number, at = Date.now()): void {
  nearest = Math.min(nearest, at - startedAt);
}

/** Milliseconds since a time of the gateway's. */
export function since(startedAt: number, at: number): number {
  const ahead = Number.isFinite(nearest) && Math.abs(nearest) >= SAME_MS ? nearest : 0;
  return Math.max(0, at - startedAt - ahead);
}
