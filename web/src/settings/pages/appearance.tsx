/** How this browser shows Portico: light or dark, the language. */
import { language, theme, type Theme } from "../../state/prefs";
import { Choices } from "../../ui/choices";
import { LANGUAGES, t } from "../../words";

const THEMES: readonly Theme[] = ["system", "light", "dark"];
/** The empty one follows the browser. */
const TAGS = ["", ...(Object.keys(LANGUAGES) as (keyof typeof LANGUAGES)[])] as const;

export function AppearancePage() {
  const languageName = (tag: (typeof TAGS)[number]) => (tag === "" ? t("ui.settings.language_browser") : LANGUAGES[tag]);
  return (
    <div class="card">
      <div class="line">
        <div class="what" id="theme-label">
          <strong>{t("ui.settings.theme")}</strong>
        </div>
        <Choices name="theme" labelledBy="theme-label" values={THEMES} value={theme.value} label={(one) => t(`ui.settings.theme_${one}`)} onChoose={(one) => (theme.value = one)} />
      </div>
      <div class="line">
        <div class="what" id="language-label">
          <strong>{t("ui.settings.language")}</strong>
        </div>
        <Choices name="language" labelledBy="language-label" values={TAGS} value={TAGS.find((tag) => tag === language.value) ?? ""} label={languageName} onChoose={(tag) => (language.value = tag || null)} />
      </div>
    </div>
  );
}
