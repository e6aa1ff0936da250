/** Tokens: who may come in, with what rights; a new one is shown once. */
import { useEffect, useState } from "preact/hooks";
import type { Scope, Token, TokenIssueResponse } from "../../boundary/types";
import { call } from "../../state/client";
import { isOnline } from "../../state/store";
import { explained, tried } from "../../state/threads";
import { Button } from "../../ui/button";
import { copy } from "../../ui/copy";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { ago, date } from "../../ui/times";
import { t } from "../../words";

const SCOPES: readonly Scope[] = ["read", "chat", "agent", "admin"];
const GIVEN: ReadonlySet<Scope> = new Set(["read", "chat", "agent"]);
const DAY = 86_400;
const LIFETIMES = [7, 30, 90, 365] as const;

export function TokensPage() {
  const [tokens, setTokens] = useState<readonly Token[] | null>(null);
  const [isIssuing, setIssuing] = useState(false);
  const [leaving, setLeaving] = useState<Token | null>(null);
  const load = async () => {
    const answer = await tried(call("tokens_list", {}));
    if (answer !== undefined) setTokens(answer.tokens);
  };
  useEffect(() => {
    if (isOnline.value) void load();
  }, [isOnline.value]);
  const revoke = async (token: Token) => {
    setLeaving(null);
    await tried(call("tokens_revoke", { token_id: token.id }));
    await load();
  };
  return (
    <div class="stack">
      <p class="lead">{t("ui.tokens.lead")}</p>
      <div>
        <Button look="main" onClick={() => setIssuing(true)}>
          {t("ui.tokens.issue")}
        </Button>
      </div>
      <div class="card">
        {tokens?.map((token) => <Line key={token.id} token={token} onRevoke={() => setLeaving(token)} />)}
        {tokens?.length === 0 && <div class="line lead">{t("ui.tokens.none")}</div>}
      </div>
      {isIssuing && <Issue onClose={() => setIssuing(false)} onIssued={() => void load()} />}
      {leaving !== null && (
        <Dialog title={t("ui.tokens.revoke_title", { name: leaving.name })} onClose={() => setLeaving(null)}>
          <p>{leaving.is_current ? t("ui.tokens.revoke_own") : t("ui.tokens.revoke_text")}</p>
          <div class="actions">
            <Button onClick={() => setLeaving(null)}>{t("ui.cancel")}</Button>
            <Button look="bad" onClick={() => void revoke(leaving)}>
              {t("ui.tokens.revoke")}
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

function Line({ token, onRevoke }: { token: Token; onRevoke: () => void }) {
  const used = token.last_used_at == null ? t("ui.tokens.never_used") : t("ui.tokens.used", { when: ago(token.last_used_at) });
  const ends = token.expires_at == null ? t("ui.tokens.no_end") : t("ui.tokens.ends", { when: date(token.expires_at) });
  return (
    <div class="line">
      <div class="what">
        <strong>{token.name}</strong>
        <small>{[token.scopes.join(", "), used, ends].join(" · ")}</small>
      </div>
      {token.is_current && <span class="badge">{t("ui.tokens.current")}</span>}
      {token.revoked_at != null ? (
        <span class="badge error">{t("ui.tokens.revoked")}</span>
      ) : (
        <Button look="bad" onClick={onRevoke}>
          {t("ui.tokens.revoke")}
          <span class="hidden-label">{token.name}</span>
        </Button>
      )}
    </div>
  );
}

function Issue({ onClose, onIssued }: { onClose: () => void; onIssued: () => void }) {
  const [issued, setIssued] = useState<TokenIssueResponse | null>(null);
  const [wrong, setWrong] = useState<string>();
  const submit = async (data: FormData) => {
    const days = Number(data.get("days"));
    const scopes = SCOPES.filter((scope) => data.get(scope) !== null);
    if (scopes.length === 0) return setWrong(t("ui.tokens.no_scope"));
    try {
      setIssued(await call("tokens_issue", { name: String(data.get("name")), scopes, ttl_seconds: days > 0 ? days * DAY : null }));
      onIssued();
    } catch (error) {
      setWrong(explained(error));
    }
  };
  if (issued !== null) return <Secret issued={issued} onClose={onClose} />;
  return (
    <Dialog title={t("ui.tokens.issue")} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit(new FormData(event.currentTarget));
        }}
      >
        <Field name="name" label={t("ui.tokens.name")} required maxLength={80} wrong={wrong} autofocus />
        <fieldset class="scopes">
          <legend>{t("ui.tokens.scopes")}</legend>
          {SCOPES.map((scope) => (
            <label key={scope}>
              <input type="checkbox" name={scope} defaultChecked={GIVEN.has(scope)} />
              <span>
                <strong>{scope}</strong> {t(`ui.tokens.scope_${scope}`)}
              </span>
            </label>
          ))}
        </fieldset>
        <label class="field">
          <span>{t("ui.tokens.lifetime")}</span>
          <select class="input" name="days">
            {LIFETIMES.map((days) => (
              <option key={days} value={days} selected={days === 90}>
                {t("ui.tokens.days", { days })}
              </option>
            ))}
            <option value="0">{t("ui.tokens.no_end")}</option>
          </select>
        </label>
        <div class="actions">
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button look="main" type="submit">
            {t("ui.tokens.issue")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Secret({ issued, onClose }: { issued: TokenIssueResponse; onClose: () => void }) {
  return (
    <Dialog title={issued.token.name} onClose={onClose}>
      <p>{t("ui.tokens.once")}</p>
      <div class="secret">{issued.secret}</div>
      <div class="actions">
        <Button onClick={() => void copy(issued.secret)}>{t("ui.copy")}</Button>
        <Button look="main" onClick={onClose}>
          {t("ui.close")}
        </Button>
      </div>
    </Dialog>
  );
}
