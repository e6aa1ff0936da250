/** Health: the connection, what the gateway finds when it looks at itself, the last problems of this page. */
import { useEffect, useState } from "preact/hooks";
import type { Health, Problem } from "../../boundary/types";
import { call } from "../../state/client";
import { isOnline } from "../../state/store";
import { tried } from "../../state/threads";
import { Button } from "../../ui/button";
import { said, t } from "../../words";

export function HealthPage() {
  const [health, setHealth] = useState<Health | null>(null);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const look = async () => {
    setHealth((await tried(call("health", {}))) ?? null);
    setProblems((await tried(call("diagnostics", {})))?.problems ?? []);
  };
  useEffect(() => {
    if (isOnline.value) void look();
  }, [isOnline.value]);
  return (
    <div class="stack">
      <div class="card" aria-busy={health === null}>
        <div class="line">
          <div class="what">
            <strong>{health === null ? t("ui.health.looking") : said(health.connection.words)}</strong>
            <small>{health?.gateway == null ? "" : `Portico ${health.gateway.version}`}</small>
          </div>
          <Button onClick={() => void look()}>{t("ui.health.again")}</Button>
        </div>
        {health?.findings?.map((finding) => (
          <div key={finding.name} class="line">
            <div class="what">
              <strong>{finding.name}</strong>
              <small>{finding.message}</small>
              {finding.mend ? <small>{finding.mend}</small> : null}
            </div>
            <span class={`badge ${finding.status}`}>{t(`ui.health.${finding.status}`)}</span>
          </div>
        ))}
      </div>
      {health !== null && health.findings == null && <p class="note">{t("ui.health.no_findings")}</p>}
      <details>
        <summary>{t("ui.health.problems", { count: problems.length })}</summary>
        <ul class="note">
          {problems.map((one) => (
            <li key={one.number}>
              {one.method}: {one.code} {one.path ?? ""} {one.ref ?? ""}
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}
