/** The page's frame: the sidebar, what the route shows, the palette, questions. */
import { useEffect, useRef } from "preact/hooks";
import { Palette } from "../palette/palette";
import { SettingsScreen } from "../settings/screen";
import { route } from "../state/route";
import { ThreadScreen } from "../timeline/screen";
import { Sidebar } from "../tree/sidebar";
import { Asks } from "../ui/asks";
import { t } from "../words";
import { runByKey } from "./commands";
import { ConnectionBanner } from "./connection";
import "./frame.css";
import { Home } from "./home";
import { followTitle } from "./title";

export function Frame() {
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    addEventListener("keydown", runByKey);
    return () => removeEventListener("keydown", runByKey);
  }, []);
  useEffect(followTitle, []);
  return (
    <div class="frame">
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {t("ui.frame.skip")}
      </button>
      <Sidebar />
      <main ref={main} class="place" id="main" tabIndex={-1}>
        <ConnectionBanner />
        <Shown />
      </main>
      <Palette />
      <Asks />
    </div>
  );
}

function Shown() {
  const at = route.value;
  switch (at.screen) {
    case "home":
      return <Home />;
    case "thread":
      return <ThreadScreen key={at.threadId} threadId={at.threadId} rowKey={at.rowKey ?? null} />;
    case "settings":
      return <SettingsScreen page={at.page} />;
  }
}
