/** Sends a message anew in a thread of its own: what was before it is copied there; what is refused is said. */
import type { Row } from "../boundary/types";
import { call } from "../state/client";
import { go } from "../state/route";
import { newId } from "../state/threads";
import { toast } from "../ui/toast";
import { said } from "../words";

/** Ids of ours make another try of the same edit harmless. */
export interface Attempt {
  threadId: string;
  turnId: string;
}

export const attempt = (): Attempt => ({ threadId: newId(), turnId: newId() });

/** What went along with the message stays with it. Whether the page went to the new thread. */
export async function resend(threadId: string, row: Row, text: string, ids: Attempt): Promise<boolean> {
  const edited = await call("composer_edit", { thread_id: threadId, turn_id: row.turn_id ?? "", text, new_thread_id: ids.threadId, new_turn_id: ids.turnId });
  const [refusal] = edited.refusals ?? [];
  if (refusal !== undefined) toast(said(refusal.words));
  if (edited.thread_id == null || (refusal !== undefined && edited.turn_id == null)) return false;
  go({ screen: "thread", threadId: edited.thread_id });
  return true;
}
