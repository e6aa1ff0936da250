/** What came with a message: pictures that the message itself carries are shown, all else is named. */
import { AtSign, FileText, Image, type IconNode, Link } from "lucide";
import { useState } from "preact/hooks";
import type { Row } from "../../boundary/types";
import { Icon } from "../../ui/icon";
import { t } from "../../words";
import { Lightbox } from "./lightbox";

type Attachment = NonNullable<Row["attachments"]>[number];

const INLINE = /^data:image\/(png|jpeg|gif|webp)[;,]/i;

export function Attachments({ of }: { of: readonly Attachment[] }) {
  const [opened, setOpened] = useState<string | null>(null);
  return (
    <ul class="attachments" aria-label={t("ui.timeline.attachments")}>
      {of.map((one, place) => (
        <li key={place}>
          {one.type === "image" && INLINE.test(one.url) ? (
            <button type="button" class="picture" aria-label={t("ui.timeline.open_picture", { number: place + 1 })} onClick={() => setOpened(one.url)}>
              <img src={one.url} alt="" decoding="async" />
            </button>
          ) : (
            <Named one={one} />
          )}
        </li>
      ))}
      {opened !== null && <Lightbox url={opened} onClose={() => setOpened(null)} />}
    </ul>
  );
}

function Named({ one }: { one: Attachment }) {
  const [icon, name] = described(one);
  return (
    <span class="chip" title={name}>
      <Icon of={icon} size={16} />
      <bdi>{name}</bdi>
    </span>
  );
}

function described(one: Attachment): [IconNode, string] {
  switch (one.type) {
    case "image":
      return [Image, one.url.startsWith("data:") ? t("ui.timeline.picture") : one.url];
    case "localImage":
      return [Image, last(one.path)];
    case "mention":
      return [AtSign, one.name];
    case "skill":
      return [FileText, one.name];
    default: {
      const { path, url, artifactId } = one as { path?: string; url?: string; artifactId?: string };
      return [url === undefined ? FileText : Link, path !== undefined ? last(path) : url === undefined || url.startsWith("data:") ? (artifactId ?? t("ui.timeline.file")) : url];
    }
  }
}

function last(path: string): string {
  return path.split("/").at(-1) || path;
}
