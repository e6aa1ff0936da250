/** Opens and closes groups of rows: the gateway's client core decides what stands under them. */
import { call } from "../state/client";
import { tried } from "../state/threads";

export function toggle(threadId: string, key: string, isOpen: boolean): void {
  void tried(call("active_thread_toggle", { thread_id: threadId, key, is_open: isOpen }));
}
