/** The bar above a screen: the way to the sidebar where it is not in sight, the title, what can be done. */
import { PanelLeft } from "lucide";
import type { ComponentChildren } from "preact";
import { isDrawerOpen, isNarrow, isSidebarOpen, toggleSidebar } from "../state/prefs";
import { IconButton } from "../ui/button";
import { t } from "../words";
import "./top_bar.css";

interface Props {
  /** A text becomes the page's heading; anything else stands as it is. */
  title?: ComponentChildren;
  /** Buttons at the far end. */
  children?: ComponentChildren;
}

export function TopBar({ title, children }: Props) {
  const isHidden = isNarrow.value || !isSidebarOpen.value;
  return (
    <header class={`top-bar ${title === undefined ? "bare" : ""}`}>
      {isHidden && (
        <IconButton
          icon={PanelLeft}
          label={t("ui.frame.show_sidebar")}
          aria-expanded={isNarrow.value && isDrawerOpen.value}
          onClick={toggleSidebar}
        />
      )}
      <div class="title">{typeof title === "string" ? <h1 dir="auto">{title}</h1> : title}</div>
      <div class="actions">{children}</div>
    </header>
  );
}
