/** The arithmetic of a list of which only a part is drawn: heights, where rows stand, which are near the view. Pure. */

/** Which rows are drawn: from `first`, up to but without `last`. */
export interface Span {
  first: number;
  last: number;
}

/** What is known of the rows' heights; one that was never drawn is guessed. */
export class Heights {
  private readonly known = new Map<string, number>();

  constructor(private readonly guess: (key: string) => number) {}

  of(key: string): number {
    return this.known.get(key) ?? this.guess(key);
  }

  /** Whether that is news. */
  set(key: string, height: number): boolean {
    if (this.known.get(key) === height) return false;
    this.known.set(key, height);
    return true;
  }

  /** A row that is measured anew in another width has another height: what is far away is guessed again. */
  forget(): void {
    this.known.clear();
  }
}

/** Where each row begins; the last entry is the height of all. */
export function offsets(order: readonly string[], heights: Heights): Float64Array {
  const starts = new Float64Array(order.length + 1);
  let at = 0;
  for (let index = 0; index < order.length; index++) {
    starts[index] = at;
    at += heights.of(order[index]!);
  }
  starts[order.length] = at;
  return starts;
}

/** The rows that touch the stretch from `top` to `bottom`; never none while there are rows. */
export function span(starts: Float64Array, top: number, bottom: number): Span {
  const count = starts.length - 1;
  if (count <= 0) return { first: 0, last: 0 };
  const first = Math.min(holding(starts, top), count - 1);
  const last = Math.max(first + 1, Math.min(count, holding(starts, bottom) + 1));
  return { first, last };
}

/** The drawn rows and the gaps between them, in order: `keep` are rows drawn wherever they stand. */
export function pieces(starts: Float64Array, drawn: Span, keep: Iterable<number> = []): (number | { gap: number; before: number })[] {
  const count = starts.length - 1;
  const wanted = new Set<number>();
  for (const index of keep) if (index >= 0 && index < count) wanted.add(index);
  for (let index = drawn.first; index < drawn.last; index++) wanted.add(index);
  const found: (number | { gap: number; before: number })[] = [];
  let at = 0;
  for (const index of [...wanted].sort((a, b) => a - b)) {
    if (index > at) found.push({ gap: starts[index]! - starts[at]!, before: index });
    found.push(index);
    at = index + 1;
  }
  if (at < count) found.push({ gap: starts[count]! - starts[at]!, before: count });
  return found;
}

/** The row that holds that place. */
function holding(starts: Float64Array, place: number): number {
  let low = 0;
  let high = starts.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= place) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}
