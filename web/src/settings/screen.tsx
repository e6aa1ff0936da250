/** Settings: a list of pages and the chosen one; where there is no room for both, one after the other. */
import { ArrowLeft } from "lucide";
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { address, go, type Route, route } from "../state/route";
import { IconButton } from "../ui/button";
import { Icon } from "../ui/icon";
import { t } from "../words";
import { type Page, pages } from "./pages";
import "./settings.css";

/** The address of the list alone. */
export const LIST = "all";

/** Where settings were opened from. */
let before: Route = { screen: "home" };
effect(() => {
  if (route.value.screen !== "settings") before = route.value;
});

export function SettingsScreen({ page }: { page: string }) {
  const known = pages();
  const chosen = known.find((one) => one.id === page);
  const shown = chosen ?? known[0];
  return (
    <div class={`settings ${page === LIST ? "list-only" : "page-only"}`}>
      <nav aria-label={t("ui.settings.title")}>
        <header>
          <IconButton icon={ArrowLeft} label={t("ui.settings.back")} onClick={() => go(before)} />
          <h1>{t("ui.settings.title")}</h1>
        </header>
        {known.map((one) => (
          <Entry key={one.id} page={one} isChosen={one === shown} />
        ))}
      </nav>
      {shown !== undefined && <Shown key={shown.id} page={shown} />}
    </div>
  );
}

function Entry({ page, isChosen }: { page: Page; isChosen: boolean }) {
  return (
    <a href={address({ screen: "settings", page: page.id })} {...(isChosen ? { "aria-current": "page" as const } : {})}>
      <Icon of={page.icon} />
      {page.title}
    </a>
  );
}

function Shown({ page }: { page: Page }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    title.current?.focus({ preventScroll: true });
  }, []);
  const View = page.view;
  return (
    <section aria-label={page.title}>
      <header>
        <IconButton class="to-list" icon={ArrowLeft} label={t("ui.settings.title")} onClick={() => go({ screen: "settings", page: LIST })} />
        <h2 ref={title} tabIndex={-1}>
          {page.title}
        </h2>
      </header>
      <View />
    </section>
  );
}
