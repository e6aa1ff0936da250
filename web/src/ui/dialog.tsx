/** Dialogs by the browser's own element: focus stays inside, Escape closes, focus goes back. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  class?: string;
}

export function Dialog({ title, onClose, children, class: look = "" }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useModal(element);
  return (
    <dialog
      ref={element}
      class={`dialog ${look}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose();
      }}
    >
      <div class="body">
        <h2 id={titleId}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

/** Opened for as long as it is there; then the focus is where it was, which the browser does only for one still in the page. */
export function useModal(element: { current: HTMLDialogElement | null }): void {
  // before the next key comes: what is typed right after belongs to the dialog
  useLayoutEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      const isLost = document.activeElement === null || document.activeElement === document.body;
      if (isLost && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
}
