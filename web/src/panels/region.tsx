/** The place of a side panel: a column beside the time line where there is room, else a drawer over it. */
import { X } from "lucide";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { IconButton } from "../ui/button";
import { useModal } from "../ui/dialog";
import { DrawerToasts } from "../ui/toast";
import { t } from "../words";
import { focusButton, REGION_ID } from "./buttons";
import { type Panel, type PanelProps, panelsOf } from ".";
import { closeDrawer, closePanel, isBeside, openedPanel, takesFocus } from "./state";
import "./panels.css";

interface OpenedProps extends PanelProps {
  panel: Panel;
}

export function PanelRegion(props: PanelProps) {
  const panel = panelsOf(props).find(({ id }) => id === openedPanel.value);
  useEffect(() => closeDrawer, []);
  if (panel === undefined) return null;
  return isBeside.value ? <Column key={panel.id} panel={panel} {...props} /> : <Drawer key={panel.id} panel={panel} {...props} />;
}

function Column({ panel, ...props }: OpenedProps) {
  const element = useRef<HTMLElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    if (takesFocus()) element.current?.focus();
  }, []);
  const close = () => {
    const isLeft = element.current?.contains(document.activeElement) ?? false;
    closePanel();
    if (isLeft) focusButton(panel.id);
  };
  return (
    <aside
      ref={element}
      id={REGION_ID}
      class="panel"
      tabIndex={-1}
      aria-labelledby={titleId}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
    >
      <Inside panel={panel} titleId={titleId} onClose={close} {...props} />
    </aside>
  );
}

function Drawer({ panel, ...props }: OpenedProps) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useModal(element);
  useEffect(() => {
    takesFocus();
    return closeDrawer;
  }, []);
  return (
    <dialog
      ref={element}
      id={REGION_ID}
      class="drawer panel-drawer"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        closePanel();
      }}
      onClick={(event) => {
        if (event.target === element.current) closePanel();
      }}
    >
      <div class="panel">
        <Inside panel={panel} titleId={titleId} onClose={closePanel} {...props} />
      </div>
      <DrawerToasts />
    </dialog>
  );
}

function Inside({ panel, titleId, onClose, ...props }: OpenedProps & { titleId: string; onClose: () => void }) {
  const View = panel.view;
  return (
    <>
      <div class="head">
        <h2 id={titleId}>{t(panel.title)}</h2>
        <IconButton icon={X} label={t("ui.panels.close", { name: t(panel.title) })} onClick={onClose} />
      </div>
      <div class="inside">
        <View {...props} />
      </div>
    </>
  );
}
