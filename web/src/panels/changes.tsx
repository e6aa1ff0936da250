/** The files that a thread changed, each a way to the row that did. */
import { t } from "../words";
import type { ChangedFile } from "./facts";
import type { PanelProps } from ".";
import { jump } from "./jump";

export function Changes({ threadId, rows, files }: PanelProps & { files: readonly ChangedFile[] }) {
  return (
    <section>
      <h3>{t("ui.panels.files")}</h3>
      {files.length === 0 ? (
        <p class="faint">{t("ui.panels.no_files")}</p>
      ) : (
        <ul class="changed">
          {files.map(({ path, key, turnId }) => (
            <li key={path}>
              <button type="button" title={path} onClick={() => void jump(threadId, rows, key, turnId)}>
                <bdi>{path}</bdi>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
