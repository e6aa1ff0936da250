/** Which of the three the page is: asking who is here, signing in, the frame. */
import { useEffect, useState } from "preact/hooks";
import { readSession } from "./boundary/session";
import { Frame } from "./frame/frame";
import { restore } from "./offline/kept";
import { SignIn, SignInAgain, takeCode } from "./sign_in/sign_in";
import { start } from "./state/client";
import { language } from "./state/prefs";
import { session } from "./state/store";
import { Toasts } from "./ui/toast";
import { loadWords } from "./words";

const NOBODY = { signed_in: false, auth: "token", version: "" } as const;

export function App() {
  const [code] = useState(takeCode);
  /** Somebody was in: what they looked at stays, whatever becomes of the session. */
  const [wasIn, setWasIn] = useState(false);
  const ask = async () => {
    // offline: the frame shows what it last had, and the connection's banner says so
    const found = await readSession().catch(() => ({ signed_in: true, auth: "token", version: "" }) as const);
    // before anything is drawn: a thread that is opened takes its kept rows at once
    if (found.signed_in) await restore();
    session.value = found;
    if (found.signed_in) {
      setWasIn(true);
      start();
    }
  };
  useEffect(() => {
    if (code === null) void ask();
    else session.value = NOBODY;
  }, []);
  useEffect(() => {
    void loadWords();
  }, [language.value]);
  const known = session.value;
  if (known === null) return null;
  return (
    <>
      {known.signed_in || wasIn ? <Frame /> : <SignIn code={code} onDone={() => void ask()} />}
      {!known.signed_in && wasIn && <SignInAgain onDone={() => void ask()} />}
      <Toasts />
    </>
  );
}
