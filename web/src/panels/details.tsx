/** What there is to know of a thread: models, tokens, times, where it stands, which files it changed. */
import { useComputed } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { call } from "../state/client";
import { composers, find, isOnline, tree } from "../state/store";
import { explained } from "../state/threads";
import { address } from "../state/route";
import { number, tokens } from "../timeline/tokens";
import { Button } from "../ui/button";
import { spoken, t } from "../words";
import { Changes } from "./changes";
import { type Facts, facts, type TurnFacts } from "./facts";
import { foldersOf } from "./folders";
import type { PanelProps } from ".";

/** Threads that are only passed through are not read whole. */
const WAIT_MS = 250;
const SHOWN_TURNS = 8;

export function Details({ threadId, rows }: PanelProps) {
  const { found, problem } = useFacts(threadId);
  return (
    <>
      {found === null ? <p class="faint">{problem ?? t("ui.timeline.loading")}</p> : <Told facts={found} threadId={threadId} />}
      {found !== null && found.turns.length > 0 && <Turns turns={found.turns} />}
      {found !== null && <Changes threadId={threadId} rows={rows} files={found.files} />}
    </>
  );
}

/** Told anew when a turn ends, and after a break; what is known stays until then. */
function useFacts(threadId: string): { found: Facts | null; problem: string | null } {
  const [found, setFound] = useState<Facts | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const running = useComputed(() => composers.value.get(threadId)?.running ?? null).value;
  const isThere = isOnline.value;
  useEffect(() => {
    let isWanted = true;
    const ask = async () => {
      try {
        const { text } = await call("thread_export", { thread_id: threadId, format: "json" });
        if (isWanted) setFound(facts(text));
      } catch (error) {
        if (isWanted) setProblem(explained(error));
      }
    };
    const timer = setTimeout(() => void ask(), WAIT_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [threadId, running, isThere]);
  return { found, problem };
}

function Told({ facts: told, threadId }: { facts: Facts; threadId: string }) {
  const folders = foldersOf(tree.value, threadId);
  return (
    <dl class="facts">
      <Fact name={t("ui.panels.models")}>{told.models.join(", ") || t("ui.panels.nothing")}</Fact>
      <Fact name={t("ui.panels.tokens")}>{tokens(told.usage).join(" · ") || t("ui.panels.nothing")}</Fact>
      <Fact name={t("ui.panels.begun")}>{when(told.begun)}</Fact>
      <Fact name={t("ui.panels.changed")}>{when(told.changed)}</Fact>
      <Fact name={t("ui.panels.folder")}>{folders.join(" / ") || t("ui.tree.root")}</Fact>
      {told.cwd !== null && (
        <Fact name={t("ui.panels.cwd")}>
          <code>{told.cwd}</code>
        </Fact>
      )}
      {told.forkedFrom !== null && (
        <Fact name={t("ui.panels.forked_from")}>
          <Origin id={told.forkedFrom} />
        </Fact>
      )}
      <Fact name={t("ui.panels.id")}>
        <code>{threadId}</code>
      </Fact>
    </dl>
  );
}

/** The thread that it was copied from may be gone. */
function Origin({ id }: { id: string }) {
  const node = find(id);
  if (node === null) return <code>{id}</code>;
  return <a href={address({ screen: "thread", threadId: id })}>{node.name || node.preview || t("thread.unnamed")}</a>;
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd dir="auto">{children}</dd>
    </div>
  );
}

function Turns({ turns }: { turns: readonly TurnFacts[] }) {
  const [isWhole, setWhole] = useState(false);
  const first = isWhole ? 0 : Math.max(0, turns.length - SHOWN_TURNS);
  return (
    <section>
      <table>
        <caption>{t("ui.panels.by_turn")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("ui.panels.turn")}</th>
            <th scope="col">{t("ui.panels.input")}</th>
            <th scope="col">{t("ui.panels.output")}</th>
          </tr>
        </thead>
        <tbody>
          {turns.slice(first).map(({ id, input, output }, place) => (
            <tr key={id}>
              <th scope="row">{number(first + place + 1)}</th>
              <td>{number(input)}</td>
              <td>{number(output)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {first > 0 && (
        <Button look="plain" onClick={() => setWhole(true)}>
          {t("ui.panels.all_turns", { count: number(turns.length) })}
        </Button>
      )}
    </section>
  );
}

function when(seconds: number | null): string {
  if (seconds === null) return t("ui.panels.nothing");
  return new Date(seconds * 1_000).toLocaleString(spoken.value, { dateStyle: "medium", timeStyle: "short" });
}
