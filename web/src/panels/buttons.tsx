/** The buttons in a thread's header that open and close its side panels. */
import { IconButton } from "../ui/button";
import { t } from "../words";
import { panelsOf, type PanelProps } from ".";
import { isBeside, openedPanel, togglePanel } from "./state";

export const REGION_ID = "panel";

export function PanelButtons(props: PanelProps) {
  return (
    <>
      {panelsOf(props).map(({ id, title, icon }) => {
        const isOpen = openedPanel.value === id;
        return (
          <IconButton
            key={id}
            class="panel-button"
            data-panel={id}
            icon={icon}
            label={t(title)}
            aria-expanded={isOpen}
            {...(isBeside.value ? {} : { "aria-haspopup": "dialog" as const })}
            {...(isOpen ? { "aria-controls": REGION_ID } : {})}
            onClick={() => togglePanel(id)}
          />
        );
      })}
    </>
  );
}

/** Where the focus goes from a panel that closes. */
export function focusButton(id: string): void {
  document.querySelector<HTMLElement>(`.panel-button[data-panel="${CSS.escape(id)}"]`)?.focus();
}
