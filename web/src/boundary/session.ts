/** The browser's session with this gateway: asked for, begun by a code or a token, ended. */

/** What `GET /auth/session` answers. */
export interface SessionInfo {
  signed_in: boolean;
  auth: "token" | "none";
  version: string;
  name?: string;
  scopes?: string[];
}

export class SignInFailed extends Error {
  constructor(
    readonly status: number,
    readonly retrySeconds: number,
  ) {
    super(`the gateway answered ${status}`);
  }
}

/** Rejects where the gateway cannot be reached. */
export async function readSession(): Promise<SessionInfo> {
  const answer = await fetch("/auth/session", { cache: "no-store" });
  if (answer.status === 401) return { signed_in: false, auth: "token", version: "" };
  if (!answer.ok) throw new SignInFailed(answer.status, retryAfter(answer));
  return (await answer.json()) as SessionInfo;
}

/** Begins a session by the code of a printed link. Rejects with SignInFailed. */
export async function signInByCode(code: string): Promise<void> {
  await begin({ "content-type": "application/json" }, JSON.stringify({ code }));
}

/** Begins a session by a token. Rejects with SignInFailed. */
export async function signInByToken(token: string): Promise<void> {
  await begin({ authorization: `Bearer ${token}` }, null);
}

export async function signOut(): Promise<void> {
  await fetch("/auth/session", { method: "DELETE" });
}

async function begin(headers: Record<string, string>, body: string | null): Promise<void> {
  const answer = await fetch("/auth/session", { method: "POST", headers, body });
  if (!answer.ok) throw new SignInFailed(answer.status, retryAfter(answer));
}

function retryAfter(answer: Response): number {
  return Number(answer.headers.get("retry-after") ?? 0);
}
