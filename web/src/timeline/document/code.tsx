/** A block of code: its language, copy, wrap; colours come when it is complete and move nothing. */
import type { Element, Root, RootContent } from "hast";
import { TextWrap } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { IconButton } from "../../ui/button";
import { t } from "../../words";
import { CopyButton } from "../copy_button";
import { sheets } from "./chunks";
import { askColours, remembered } from "./colours";

interface Props {
  text: string;
  language: string;
  isLive: boolean;
}

export function CodeBlock({ text, language, isLive }: Props) {
  const [isWrapped, setWrapped] = useState(false);
  return (
    <figure class="code">
      <figcaption>
        <span class="language">{language || t("ui.timeline.code")}</span>
        <IconButton class="small" icon={TextWrap} size={16} label={t("ui.timeline.wrap")} aria-pressed={isWrapped} onClick={() => setWrapped(!isWrapped)} />
        <CopyButton text={() => text} label={t("ui.timeline.copy_code")} />
      </figcaption>
      <pre class={isWrapped ? "wrapped" : ""} tabIndex={0} role="group" aria-label={t("ui.timeline.code_in", { language: language || t("ui.timeline.text") })} dir="ltr">
        <Coloured text={text} language={language.toLowerCase()} isLive={isLive} />
      </pre>
    </figure>
  );
}

function Coloured({ text, language, isLive }: Props) {
  const [found, setFound] = useState<{ text: string; tree: Root | null } | null>(null);
  const tree = isLive ? null : found?.text === text ? found.tree : remembered(language, text);
  useEffect(() => {
    if (isLive || tree !== undefined) return;
    return askColours(language, text, (fresh) => setFound({ text, tree: fresh }));
  }, [isLive, text, language, tree === undefined]);
  return <code>{tree == null ? sheets(text).map((sheet, place) => <Sheet key={place} text={sheet} />) : nodes(tree.children)}</code>;
}

function Sheet({ text }: { text: string }) {
  return <span class="sheet">{text}</span>;
}

function nodes(of: readonly RootContent[]): ComponentChildren {
  return of.map((node, place) => {
    if (node.type === "text") return node.value;
    if (node.type !== "element") return null;
    return (
      <span key={place} class={classes(node)}>
        {nodes(node.children)}
      </span>
    );
  });
}

function classes(node: Element): string {
  const named = node.properties.className;
  return Array.isArray(named) ? named.join(" ") : "";
}
