/** The first screen: a composer that makes the thread when something is sent, things to try, the way to a first key. */
import { FileSearch, FolderOpen, KeyRound, Terminal } from "lucide";
import type { IconNode } from "lucide";
import { useState } from "preact/hooks";
import { Composer } from "../composer/composer";
import { draftOf, edit } from "../composer/drafts";
import { send } from "../composer/sending";
import { address } from "../state/route";
import { gateway, isOnline, may, providers, workspace } from "../state/store";
import { Icon } from "../ui/icon";
import { toast } from "../ui/toast";
import { t } from "../words";
import "./home.css";
import { TopBar } from "./top_bar";

const REHEARSAL = "rehearsal";

export function Home() {
  const root = workspace.value?.root ?? null;
  return (
    <>
      <TopBar />
      <div class="home">
        <div class="greeting">
          <h1>{t("ui.home.title")}</h1>
          {/* its place is kept until it is known: nothing moves when it comes */}
          {gateway.value === null && <p aria-hidden>&nbsp;</p>}
          {root !== null && may("agent") && (
            <p dir="auto">
              {t("ui.home.folder")} <code>{root}</code>
            </p>
          )}
        </div>
        <Composer threadId={null} />
        <ul class="examples" aria-label={t("ui.home.examples")}>
          <Example icon={FolderOpen} text={t("ui.home.example_list")} />
          <Example icon={FileSearch} text={t("ui.home.example_search")} />
          <Example icon={Terminal} text={t("ui.home.example_run")} />
        </ul>
        <FirstKey />
      </div>
    </>
  );
}

function Example({ icon, text }: { icon: IconNode; text: string }) {
  const [isBusy, setBusy] = useState(false);
  const run = async () => {
    if (isBusy) return;
    setBusy(true);
    // what stands in the composer is somebody's own
    const { text: own, picks } = draftOf(null).peek();
    edit(null, { text, picks: [] });
    const { refusals } = await send(null);
    edit(null, { text: own, picks });
    setBusy(false);
    for (const words of refusals) toast(words);
  };
  return (
    <li>
      <button type="button" disabled={isBusy || !isOnline.value} onClick={() => void run()}>
        <Icon of={icon} size={16} />
        {text}
      </button>
    </li>
  );
}

/** While nothing but the rehearsal answers. */
function FirstKey() {
  const isKnown = gateway.value !== null && providers.value.length > 0;
  const isRehearsing = isKnown && providers.value.every((row) => !row.is_usable || row.name === REHEARSAL);
  if (!isRehearsing || !may("admin")) return null;
  return (
    <a class="first-key" href={address({ screen: "settings", page: "providers" })}>
      <Icon of={KeyRound} size={20} />
      <span>
        <strong>{t("ui.home.rehearsal")}</strong>
        <small>{t("ui.home.rehearsal_note")}</small>
      </span>
    </a>
  );
}
