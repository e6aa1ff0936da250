/** Opens and closes groups of rows: the gateway's client core decides what stands under them. */
import { call } from "../state/client";
import type { Rows } from "../state/rows";
import { tried } from "../state/threads";

export async function toggle(threadId: string, rows: Rows, key: string, isOpen: boolean): Promise<void> {
  const answer = await tried(call("active_thread_toggle", { thread_id: threadId, key, is_open: isOpen }).then(() => true));
  if (answer === true) rows.toggled(key, isOpen);
}
