/** The sidebar's foot: which gateway this is and how the line to it stands, and the way to the settings. */
import { Settings } from "lucide";
import { go, route } from "../state/route";
import { gateway, inner, link, session } from "../state/store";
import { IconButton } from "../ui/button";
import { t } from "../words";

export function Foot() {
  const isFine = link.value.kind === "online" && (inner.value === null || inner.value.state === "online");
  const version = gateway.value?.version ?? session.value?.version ?? "";
  const state = isFine ? t("ui.frame.connected") : t("ui.frame.not_connected");
  return (
    <div class="sidebar-foot">
      <span class={`dot ${isFine ? "good" : "warn"}`} role="img" aria-label={state} title={state} />
      <span class="gateway" title={location.host}>
        Portico <small>{version}</small>
      </span>
      <IconButton
        icon={Settings}
        label={t("ui.command.settings")}
        {...(route.value.screen === "settings" ? { "aria-current": "page" as const } : {})}
        onClick={() => go({ screen: "settings", page: "general" })}
      />
    </div>
  );
}
