/** Opens a file with the system's own program, and shows it in its folder: in the desktop's window only. */
import { ExternalLink, FolderOpen } from "lucide";
import type { IconNode } from "lucide";
import { fileAddress, isAtHome } from "../../state/desktop";
import { workspace } from "../../state/store";
import { Icon } from "../../ui/icon";
import { t } from "../../words";

export function FileLinks({ path }: { path: string }) {
  if (!isAtHome()) return null;
  const root = workspace.value?.root ?? null;
  return (
    <>
      <FileLink href={fileAddress("open", path, root)} icon={ExternalLink} label={t("ui.timeline.open_file", { name: path })} />
      <FileLink href={fileAddress("reveal", path, root)} icon={FolderOpen} label={t("ui.timeline.reveal_file", { name: path })} />
    </>
  );
}

function FileLink({ href, icon, label }: { href: string | null; icon: IconNode; label: string }) {
  if (href === null) return null;
  return (
    <a class="icon-button small" href={href} aria-label={label} title={label}>
      <Icon of={icon} size={16} />
    </a>
  );
}
