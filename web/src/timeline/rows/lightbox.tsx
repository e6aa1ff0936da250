/** A picture in full, above the page. */
import { X } from "lucide";
import { Dialog } from "../../ui/dialog";
import { IconButton } from "../../ui/button";
import { t } from "../../words";

export function Lightbox({ url, onClose }: { url: string; onClose: () => void }) {
  return (
    <Dialog title={t("ui.timeline.picture")} class="lightbox" onClose={onClose}>
      <IconButton class="close" icon={X} label={t("ui.timeline.close")} onClick={onClose} />
      <img src={url} alt={t("ui.timeline.picture")} />
    </Dialog>
  );
}
