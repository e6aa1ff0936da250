/** Which lines of a long list of equal heights are drawn. */

/** Lines drawn beyond each edge, so that a quick scroll shows no gaps. */
const BEYOND = 8;
/** The window moves in steps, so that most scroll events draw nothing anew. */
const STEP = 6;

export interface Drawn {
  first: number;
  /** Behind the last one. */
  end: number;
}

export function drawn(scrollTop: number, height: number, lineHeight: number, count: number): Drawn {
  const top = Math.max(0, Math.floor(scrollTop / lineHeight));
  const first = Math.max(0, Math.floor(top / STEP) * STEP - BEYOND);
  const fits = Math.ceil(height / lineHeight);
  const end = Math.min(count, Math.ceil((top + fits) / STEP) * STEP + BEYOND);
  return { first: Math.min(first, Math.max(0, count - 1)), end: Math.max(end, Math.min(count, 1)) };
}

/** Where to scroll so that a line is in sight; null where it is already. `margin` keeps it off the edges. */
export function revealed(place: number, scrollTop: number, height: number, lineHeight: number, margin = lineHeight / 2): number | null {
  const top = place * lineHeight;
  if (top - margin < scrollTop) return Math.max(0, top - margin);
  if (top + lineHeight + margin > scrollTop + height) return top + lineHeight + margin - height;
  return null;
}
