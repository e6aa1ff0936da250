/** From a panel to a row of the time line, which may be older than what is loaded, or stand under a closed one. */
import { go, route } from "../state/route";
import type { Rows } from "../state/rows";
import { older } from "../timeline/older";
import { toggle } from "../timeline/toggle";
import { closeDrawer } from "./state";

const MOST_READINGS = 40;
/** Rows stand under rows that stand under rows, no deeper. */
const MOST_OPENINGS = 3;
/** What was opened comes as patches soon after. */
const SOON_MS = 150;

export async function jump(threadId: string, rows: Rows, rowKey: string, turnId: string): Promise<void> {
  closeDrawer();
  const at = route.peek();
  // the time line goes where the address changes to: to the row where it is already, by way of the thread
  if (at.screen === "thread" && at.rowKey === rowKey) go({ screen: "thread", threadId }, { replace: true });
  const isHere = () => rows.list().some((row) => row.turn_id === turnId || row.key === rowKey);
  for (let count = 0; count < MOST_READINGS && !isHere(); count++) if (!(await older(threadId, rows))) break;
  for (let count = 0; count < MOST_OPENINGS && rows.row(rowKey) === undefined; count++) await open(threadId, rows, turnId);
  await soon(50);
  const now = route.peek();
  if (now.screen === "thread" && now.threadId === threadId) go({ screen: "thread", threadId, rowKey });
}

async function open(threadId: string, rows: Rows, turnId: string): Promise<void> {
  const closed = rows.list().filter((row) => row.turn_id === turnId && row.is_open === false);
  for (const row of closed) await toggle(threadId, rows, row.key, true);
  await soon(SOON_MS);
}

function soon(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
