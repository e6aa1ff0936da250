/** Signing in: by the code of a printed link, or by a token; a page of its own, or over a page whose session ended. */
import { useEffect, useRef, useState } from "preact/hooks";
import { readSession, SignInFailed, signInByCode, signInByToken } from "../boundary/session";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Field } from "../ui/field";
import { t } from "../words";
import "./sign_in.css";

const TOO_MANY = 429;
/** What a header can carry. */
const PRINTABLE = /^[\x21-\x7e]+$/;

/** The code of a printed link; it is taken out of the address at once. */
export function takeCode(): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code !== null) history.replaceState(null, "", "/");
  return code;
}

interface Props {
  code: string | null;
  onDone: () => void;
}

export function SignIn({ code, onDone }: Props) {
  return (
    <main class="sign-in">
      <img src="/icons/icon.svg" width={56} height={56} alt="" />
      <h1>{t("ui.sign_in.title")}</h1>
      <SignInForm code={code} onDone={onDone} />
    </main>
  );
}

/** Over the page: what was open stays where it is. */
export function SignInAgain({ onDone }: { onDone: () => void }) {
  return (
    <Dialog title={t("ui.sign_in.again")} onClose={() => undefined}>
      <p>{t("ui.sign_in.again_text")}</p>
      <SignInForm code={null} onDone={onDone} />
    </Dialog>
  );
}

function SignInForm({ code, onDone }: Props) {
  const [isBusy, setBusy] = useState(code !== null);
  const [wrong, setWrong] = useState<string>();
  const input = useRef<HTMLFormElement>(null);
  const attempt = async (work: () => Promise<void>, refused: string) => {
    setBusy(true);
    setWrong(undefined);
    try {
      await work();
      onDone();
    } catch (error) {
      setWrong(explained(error, refused));
      input.current?.querySelector("input")?.focus();
    } finally {
      setBusy(false);
    }
  };
  useEffect(() => {
    const enter = (given: string | null) => {
      if (given !== null) void attempt(() => byCode(given), t("ui.sign_in.bad_code"));
    };
    // a link that is pasted into this page changes only the fragment
    const pasted = () => enter(takeCode());
    enter(code);
    addEventListener("hashchange", pasted);
    return () => removeEventListener("hashchange", pasted);
  }, []);
  const submit = (token: string) => {
    if (PRINTABLE.test(token)) void attempt(() => signInByToken(token), t("ui.sign_in.bad_token"));
    else setWrong(t("ui.sign_in.no_token"));
  };
  return (
    <form
      ref={input}
      class="sign-in-form"
      aria-busy={isBusy}
      onSubmit={(event) => {
        event.preventDefault();
        submit(String(new FormData(event.currentTarget).get("token")).trim());
      }}
    >
      <p class="lead">
        {t("ui.sign_in.link")} <code>portico up</code>
      </p>
      <Field name="token" label={t("ui.sign_in.token")} type="password" autocomplete="current-password" spellcheck={false} required note={t("ui.sign_in.token_note")} wrong={wrong} />
      <Button look="main" type="submit" disabled={isBusy}>
        {isBusy ? t("ui.sign_in.busy") : t("ui.sign_in.go")}
      </Button>
    </form>
  );
}

/** A used link opens the page of somebody who is in. */
async function byCode(code: string): Promise<void> {
  try {
    await signInByCode(code);
  } catch (error) {
    if (!(await readSession()).signed_in) throw error;
  }
}

function explained(error: unknown, refused: string): string {
  if (!(error instanceof SignInFailed)) return t("ui.sign_in.unreachable");
  if (error.status === TOO_MANY) return t("ui.sign_in.throttled", { seconds: error.retrySeconds });
  return error.status === 403 ? t("ui.sign_in.narrow") : refused;
}
