/** Reads older rows when they come near, one reading at a time. */
import { call } from "../state/client";
import type { Rows } from "../state/rows";

const LIMIT = 100;
const SEARCH_LIMIT = 1_000;
/** A row that was not found in so many readings is not looked for any further. */
const MOST_READINGS = 40;
const RETRY_MS = 1_500;

const reading = new WeakMap<Rows, Promise<boolean>>();

/** Whether there was something to read. A break is silent: the next scroll asks again. */
export function older(threadId: string, rows: Rows, limit = LIMIT): Promise<boolean> {
  const known = reading.get(rows);
  if (known !== undefined) return known;
  const work = read(threadId, rows, limit).finally(() => reading.delete(rows));
  reading.set(rows, work);
  return work;
}

/** Reads until that row is there. */
export async function search(threadId: string, rows: Rows, key: string): Promise<boolean> {
  for (let count = 0; count < MOST_READINGS && rows.row(key) === undefined; count++) {
    if (!(await older(threadId, rows, SEARCH_LIMIT))) break;
  }
  return rows.row(key) !== undefined;
}

async function read(threadId: string, rows: Rows, limit: number): Promise<boolean> {
  const before = rows.order.peek()[0];
  if (before === undefined || !rows.hasMore.peek()) return false;
  try {
    const page = await call("active_thread_more", { thread_id: threadId, before, limit });
    if (rows.order.peek()[0] !== before) return true;
    rows.prepend(page.rows, page.has_more);
    return page.rows.length > 0;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    return false;
  }
}
