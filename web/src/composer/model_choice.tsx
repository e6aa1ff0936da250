/** Which model a message goes to: a button that names it, and a panel of models, efforts and the mode. */
import { ChevronDown } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ChoiceTold } from "../boundary/types";
import { isOnline, opened, providers, settings } from "../state/store";
import { tried } from "../state/threads";
import { Icon } from "../ui/icon";
import { said, t } from "../words";
import { draftOf, edit } from "./drafts";
import { ModelPanel } from "./model_panel";
import { choose } from "./sending";

export function ModelChoice({ threadId }: { threadId: string | null }) {
  const [told, setTold] = useState<ChoiceTold | null>(null);
  const [isOpen, setOpen] = useState(false);
  const draft = draftOf(threadId).value;
  const isLoaded = threadId === null || opened.value.get(threadId)?.isLoaded.value === true;
  useEffect(() => {
    if (!isOnline.value || !isLoaded) return;
    let isMeant = true;
    void choose(threadId).then(
      (answer) => isMeant && setTold(answer),
      () => undefined,
    );
    return () => {
      isMeant = false;
    };
  }, [threadId, isLoaded, isOnline.value, providers.value, settings.value]);
  const picks = useRef(0);
  const pick = async (to: ChoiceTold["chosen"]) => {
    const mine = ++picks.current;
    const answer = await tried(choose(threadId, to));
    // the last one that was picked counts, whichever is answered last
    if (answer === undefined || mine !== picks.current) return;
    edit(threadId, { chosen: answer.chosen });
    setTold(answer);
  };
  const effort = told?.efforts.find((row) => row.value === told.chosen.effort);
  return (
    <>
      <button type="button" class="pill model" aria-haspopup="dialog" aria-expanded={isOpen} disabled={told === null} onClick={() => setOpen(true)}>
        <span class="hidden-label">{t("ui.composer.model")}</span>
        <span class="name">{told?.model_title || told?.provider_title || t("ui.composer.no_model")}</span>
        {effort !== undefined && <span class="effort">{said(effort.title)}</span>}
        {draft.mode === "Chat" && <span class="effort">{t("ui.composer.mode_Chat")}</span>}
        <Icon of={ChevronDown} size={14} />
      </button>
      {isOpen && told !== null && <ModelPanel told={told} mode={draft.mode} onPick={(to) => void pick(to)} onMode={(mode) => edit(threadId, { mode })} onClose={() => setOpen(false)} />}
    </>
  );
}
