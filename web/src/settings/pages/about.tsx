/** What runs here, and how this page gets onto a home screen. */
import { signal } from "@preact/signals";
import { signOut } from "../../boundary/session";
import { forgetDrafts } from "../../composer/drafts";
import { forget } from "../../offline/kept";
import { stop } from "../../state/client";
import { gateway, openedWorkspace, session } from "../../state/store";
import { explained } from "../../state/threads";
import { Button } from "../../ui/button";
import { toast } from "../../ui/toast";
import { t } from "../../words";

interface InstallPrompt extends Event {
  prompt: () => Promise<unknown>;
}

/** Where the browser offers to install the page. */
const offered = signal<InstallPrompt | null>(null);
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offered.value = event as InstallPrompt;
});
addEventListener("appinstalled", () => {
  offered.value = null;
});

export function AboutPage() {
  const told = gateway.value;
  return (
    <div class="stack">
      <div class="card">
        <Line what={t("ui.settings.version")} value={told?.version ?? session.value?.version ?? ""} />
        {told?.home != null && <Line what={t("ui.settings.home")} value={told.home} />}
        <Line what={t("ui.settings.address")} value={location.origin} />
        {openedWorkspace.value !== null && <Line what={t("ui.settings.workspace_id")} value={openedWorkspace.value} />}
      </div>
      <Install />
      {session.value?.auth !== "none" ? (
        <Button look="bad" onClick={() => void leave()}>
          {t("ui.settings.sign_out")}
        </Button>
      ) : (
        <p class="lead">{t("ui.settings.open_gateway")}</p>
      )}
    </div>
  );
}

/** Installing, where it is possible; else why it is not. */
export function Install() {
  if (!isSecureContext) return <p class="banner warn">{t("ui.settings.insecure")}</p>;
  if (matchMedia("(display-mode: standalone)").matches) return null;
  const prompt = offered.value;
  if (prompt === null) return <p class="note">{t("ui.settings.install_hint")}</p>;
  return (
    <Button look="main" onClick={() => void prompt.prompt()}>
      {t("ui.settings.install")}
    </Button>
  );
}

function Line({ what, value }: { what: string; value: string }) {
  return (
    <div class="line">
      <div class="what">
        <strong>{what}</strong>
        <small>{value}</small>
      </div>
    </div>
  );
}

/** Everything of this person leaves the page. */
async function leave(): Promise<void> {
  try {
    await signOut();
  } catch (error) {
    return toast(explained(error));
  }
  stop();
  forgetDrafts();
  await forget();
  location.assign("/");
}
