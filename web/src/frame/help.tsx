/** The keys of the page: those of the commands that there are, and those of the tree. */
import { X } from "lucide";
import { ask, closeAsk } from "../ui/asks";
import { IconButton } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { t, type WordId } from "../words";
import { commands } from "./commands";
import { KeyHint } from "./key_hint";

/** Each with the ways to press it. */
const TREE_KEYS: readonly (readonly [WordId, readonly string[]])[] = [
  ["ui.tree.key_walk", ["arrowup", "arrowdown"]],
  ["ui.tree.key_fold", ["arrowleft", "arrowright"]],
  ["ui.tree.open", ["enter"]],
  ["ui.tree.rename", ["F2"]],
  ["ui.tree.delete", ["delete"]],
  ["ui.tree.key_menu", ["shift+F10"]],
  ["ui.tree.key_in", ["mod+shift+arrowright"]],
  ["ui.tree.key_out", ["mod+shift+arrowleft"]],
  ["ui.tree.key_cut", ["mod+x"]],
  ["ui.tree.key_paste", ["mod+v"]],
];

export function openHelp(): void {
  ask(() => <Help />);
}

function Help() {
  const keyed = commands().filter((command) => command.keys !== undefined);
  return (
    <Dialog title={t("ui.frame.keys")} onClose={closeAsk} class="help">
      <IconButton class="close" icon={X} label={t("ui.frame.close")} onClick={closeAsk} />
      <div class="columns">
        <section>
          <h3>{t("ui.frame.keys_everywhere")}</h3>
          <dl>
            {keyed.map((command) => (
              <Line key={command.id} label={command.label} keys={[command.keys!, ...(command.otherKeys ?? [])]} />
            ))}
          </dl>
        </section>
        <section>
          <h3>{t("ui.frame.keys_tree")}</h3>
          <dl>
            {TREE_KEYS.map(([id, keys]) => (
              <Line key={id} label={t(id)} keys={keys} />
            ))}
          </dl>
        </section>
      </div>
    </Dialog>
  );
}

function Line({ label, keys }: { label: string; keys: readonly string[] }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {keys.map((one) => (
          <KeyHint key={one} keys={one} />
        ))}
      </dd>
    </div>
  );
}
