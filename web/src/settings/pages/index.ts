/** The table of settings pages: a page is a file here and a line in `OWN`; the gateway's own pages stand between. */
import { Activity, Globe, Info, KeyRound, Palette, Plug, Settings2 } from "lucide";
import type { IconNode } from "lucide";
import type { ComponentChild } from "preact";
import type { Scope } from "../../boundary/types";
import { may, settings } from "../../state/store";
import { said, t } from "../../words";
import { AboutPage } from "./about";
import { AppearancePage } from "./appearance";
import { gatewayPage } from "./gateway_page";
import { GatewaysPage } from "./gateways";
import { HealthPage } from "./health";
import { ProvidersPage } from "./providers";
import { TokensPage } from "./tokens";

export interface Page {
  id: string;
  title: string;
  icon: IconNode;
  view: () => ComponentChild;
  /** Shown to those who may do this. */
  scope?: Scope;
}

const OWN: readonly (Omit<Page, "title"> & { title: () => string })[] = [
  { id: "appearance", title: () => t("ui.settings.appearance"), icon: Palette, view: AppearancePage },
  { id: "providers", title: () => t("ui.settings.providers"), icon: Plug, view: ProvidersPage, scope: "read" },
  { id: "tokens", title: () => t("ui.settings.tokens"), icon: KeyRound, view: TokensPage, scope: "admin" },
  { id: "health", title: () => t("ui.settings.health"), icon: Activity, view: HealthPage },
  { id: "gateways", title: () => t("ui.settings.gateways"), icon: Globe, view: GatewaysPage },
  { id: "about", title: () => t("ui.settings.about"), icon: Info, view: AboutPage },
];

/** The pages that this person may see, in their order. */
export function pages(): Page[] {
  const own = OWN.filter((page) => page.scope === undefined || may(page.scope)).map((page) => ({ ...page, title: page.title() }));
  const told = settings.value.map((page) => ({ id: page.id, title: said(page.title), icon: Settings2, view: gatewayPage(page.id) }));
  return [...own.slice(0, 2), ...told, ...own.slice(2)];
}
