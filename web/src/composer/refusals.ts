/** What stands against sending a draft, asked of the client core some time after it changed. */
import { useEffect, useState } from "preact/hooks";
import { composers, isOnline, providers } from "../state/store";
import { said, t } from "../words";
import type { Draft } from "./drafts";
import { isTooLong, refusalsOf } from "./sending";

const REST_MS = 250;

/** In words; an empty draft is refused by its button alone. */
export function useRefusals(threadId: string | null, draft: Draft): readonly string[] {
  const [refusals, setRefusals] = useState<readonly string[]>([]);
  const isEmpty = draft.text.trim() === "" && draft.picks.length === 0;
  const isRunning = threadId !== null && composers.value.get(threadId)?.running != null;
  useEffect(() => {
    if (isTooLong(draft)) return setRefusals([t("ui.composer.too_long")]);
    if (isEmpty || threadId === null || !isOnline.value) return setRefusals([]);
    let isMeant = true;
    const ask = async () => {
      const found = await refusalsOf(threadId, draft).catch(() => []);
      if (isMeant) setRefusals(found.map((one) => said(one.words)));
    };
    const timer = setTimeout(() => void ask(), REST_MS);
    return () => {
      isMeant = false;
      clearTimeout(timer);
    };
  }, [draft, isRunning, isOnline.value, providers.value]);
  return refusals;
}
