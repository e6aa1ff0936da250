/** Commands of the frame itself: a new thread, the palette, the sidebar, settings, the theme, help. */
import { Command, Keyboard, Moon, PanelLeft, Settings, SquarePen } from "lucide";
import { openPalette } from "../palette/palette";
import { isDark, theme, toggleSidebar } from "../state/prefs";
import { go } from "../state/route";
import { may } from "../state/store";
import { t } from "../words";
import type { CommandSource } from "./commands";
import { openHelp } from "./help";

export const frameCommands: CommandSource = () => [
  ...(may("chat") ? [{ id: "thread.new", label: t("ui.command.new_thread"), keys: "mod+shift+o", icon: SquarePen, run: () => go({ screen: "home" }) }] : []),
  { id: "palette", label: t("ui.palette.label"), keys: "mod+k", icon: Command, run: openPalette },
  { id: "sidebar", label: t("ui.command.sidebar"), keys: "mod+b", icon: PanelLeft, run: toggleSidebar },
  { id: "settings", label: t("ui.command.settings"), keys: "mod+,", icon: Settings, run: () => go({ screen: "settings", page: "general" }) },
  { id: "theme", label: t("ui.command.theme"), icon: Moon, run: () => (theme.value = isDark.peek() ? "light" : "dark") },
  { id: "help", label: t("ui.frame.keys"), keys: "mod+/", otherKeys: ["?"], icon: Keyboard, run: openHelp },
];
