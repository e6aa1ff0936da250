/** What stands inside a paragraph. Nothing is set as HTML, and links lead to http, https and mailto only. */
import { Image } from "lucide";
import type { Paragraph } from "../../boundary/types";
import { Icon } from "../../ui/icon";
import { t } from "../../words";

export type Inline = Paragraph["inlines"][number];

const SAFE = /^(https?:\/\/|mailto:)/i;

export function Inlines({ of }: { of: readonly Inline[] }) {
  return <>{of.map((inline, place) => drawn(inline, place))}</>;
}

function drawn(inline: Inline, key: number) {
  switch (inline.type) {
    case "text":
      return inline.text;
    case "code_span":
      return (
        <code key={key} class="span">
          {inline.text}
        </code>
      );
    case "break":
      return <br key={key} />;
    case "strong":
      return (
        <strong key={key}>
          <Inlines of={inline.inlines} />
        </strong>
      );
    case "emphasis":
      return (
        <em key={key}>
          <Inlines of={inline.inlines} />
        </em>
      );
    case "strike":
      return (
        <s key={key}>
          <Inlines of={inline.inlines} />
        </s>
      );
    case "link":
      return <Anchor key={key} link={inline} />;
    default:
      return <Later key={key} inline={inline} />;
  }
}

function Anchor({ link }: { link: Extract<Inline, { type: "link" }> }) {
  const words = link.inlines.length > 0 ? <Inlines of={link.inlines} /> : link.href;
  if (!SAFE.test(link.href)) return <span>{words}</span>;
  return (
    <a href={link.href} title={link.href} target="_blank" rel="noopener noreferrer">
      {link.is_image && <Icon of={Image} size={14} label={t("ui.timeline.picture")} />}
      {words}
    </a>
  );
}

/** A kind of a later gateway: its words. */
function Later({ inline }: { inline: never }) {
  const { text, inlines } = inline as { text?: string; inlines?: readonly Inline[] };
  return <span>{inlines === undefined ? text : <Inlines of={inlines} />}</span>;
}
