/** From a draft to the gateway: the thread is made if there is none, and a draft that was not taken stays. */
import type { ChoiceTold, DraftParams, Refusal } from "../boundary/types";
import { call, followed, openThread } from "../state/client";
import { go } from "../state/route";
import { createThread, explained } from "../state/threads";
import { said, t } from "../words";
import { adopt, type Busy, type Draft, draftOf, refuse, sent } from "./drafts";

/** A frame has at most 1 MiB; beyond it no plan is asked for, the socket would end. In UTF-16 units of text. */
const MAX_TEXT = 900_000;

export interface Outcome {
  refusals: readonly string[];
}

export function paramsOf(threadId: string, draft: Draft, busy: Busy = draft.busy): DraftParams {
  const { provider = null, model = null, effort = null } = draft.chosen;
  return {
    thread_id: threadId,
    text: draft.text,
    picked: [...draft.picks],
    provider,
    model,
    effort,
    mode: draft.mode,
    busy,
    turn_id: draft.turnId,
    steer_id: draft.steerId,
  };
}

/** What stands against sending, before it is tried. */
export async function refusalsOf(threadId: string, draft: Draft): Promise<readonly Refusal[]> {
  if (isTooLong(draft)) return [];
  return (await call("composer_plan", paramsOf(threadId, draft))).refusals ?? [];
}

export function isTooLong(draft: Draft): boolean {
  return draft.text.length > MAX_TEXT || new Blob([draft.text]).size > MAX_TEXT;
}

/** Sends; answers what was refused, in words. */
export async function send(threadId: string | null, busy?: Busy): Promise<Outcome> {
  let id = threadId;
  const refused = (refusals: readonly string[]) => (refuse(id, refusals), { refusals });
  if (isTooLong(draftOf(id).peek())) return refused([t("ui.composer.too_long")]);
  try {
    id ??= await made();
    await followed(id);
    const draft = draftOf(id).peek();
    const answer = await call("composer_send", paramsOf(id, draft, busy));
    const refusals = (answer.refusals ?? []).map((one) => said(one.words));
    if (refusals.length > 0) return refused(refusals);
    sent(id, draft);
    return { refusals };
  } catch (error) {
    return refused([explained(error)]);
  }
}

/** The new thread is shown before it answers: whatever happens next, the draft stands there. */
async function made(): Promise<string> {
  const threadId = await createThread();
  adopt(threadId);
  openThread(threadId);
  go({ screen: "thread", threadId });
  return threadId;
}

export async function stopTurn(threadId: string): Promise<void> {
  await call("active_thread_stop", { thread_id: threadId });
}

/** What a choice comes to, as the client core says. `to` is absent where nothing is chosen now. */
export async function choose(threadId: string | null, to?: Draft["chosen"]): Promise<ChoiceTold> {
  const { chosen } = draftOf(threadId).peek();
  return call("composer_choice", { thread_id: threadId, chosen, ...(to === undefined ? {} : { to }) });
}
