"use strict";
const CONVERSATION = "portico_conversation_id";
const $ = (id) => document.getElementById(id);
const messages = $("messages"), field = $("conversationId"), box = $("message");
const at = (id) => `/v1/conversations/${encodeURIComponent(id)}`;
const say = (text) => { $("status").textContent = text; };
class Refused extends Error {}
const keep = (id) => { if (id) localStorage.setItem(CONVERSATION, id); else localStorage.removeItem(CONVERSATION); };

const make = (tag, kind, text = "") => Object.assign(document.createElement(tag), {className: kind, textContent: text});

/** Change what is shown; who reads the end goes on reading it. */
function shown(change) {
  const isAtEnd = messages.scrollHeight - messages.scrollTop - messages.clientHeight < 80;
  const made = change();
  if (isAtEnd) messages.scrollTop = messages.scrollHeight;
  return made;
}

function add(parent, tag, kind, text) {
  const made = make(tag, kind, text);
  shown(() => parent.append(made));
  return made;
}

function fail(error) {
  say("");
  add(messages, "p", "msg error", error.message).setAttribute("role", "alert");
}

async function ask(path, options = {}) {
  const answer = await fetch(path, options);
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  const wait = answer.headers.get("Retry-After");
  if (answer.status === 401) throw new Refused("You are signed out. Load this page again to sign in.");
  const text = `${told.error ?? `the gateway answered ${answer.status}`}${wait ? `; try again in ${wait} s` : ""}.`;
  throw Object.assign(new Refused(text), {status: answer.status});
}

function show(message) {
  const block = make("div", `msg ${message.role}`);
  const images = (message.images ?? []).map(() => "(an image)");
  block.append(...[message.text, ...images].filter(Boolean).map((text) => make("div", "text", text)));
  return block;
}

async function page(id, cursor, live) {
  const query = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
  const told = await (await ask(`${at(id)}/messages?limit=50${query}`)).json();
  const blocks = told.messages.filter((one) => one.runId !== live || one.role === "user").map(show);
  if (told.nextCursor) {
    const button = make("button", "earlier", "Earlier messages");
    button.addEventListener("click", () => page(id, told.nextCursor, live).then(() => button.remove(), fail));
    blocks.unshift(button);
  }
  messages.prepend(...blocks);
}

async function load() {
  const id = localStorage.getItem(CONVERSATION);
  field.value = id ?? "";
  messages.replaceChildren();
  say("");
  let live = null;
  try {
    if (id) live = (await (await ask(at(id))).json()).runId;
    if (id) await page(id, "", live);
  } catch (error) {
    if (error.status !== 404) return fail(error);
  }
  if (!messages.childElementCount) add(messages, "p", "msg welcome", "Nothing has been said here yet. Ask something.");
  messages.scrollTop = messages.scrollHeight;
  if (live) await new Run({runId: live}).go();
}

function textOf(result) {
  if (Array.isArray(result?.content)) return result.content.map((part) => part.text ?? `(${part.type})`).join("\n");
  return JSON.stringify(result ?? "", null, 2);
}

/** One answer: `request` begins it, or `runId` names one that began before this page was loaded. */
class Run {
  constructor({request = null, runId = null}) {
    Object.assign(this, {request, runId, lastId: null, isOver: false, block: null, last: null, tools: new Map()});
  }
  async go() {
    this.busy(true);
    say("Waiting…");
    await this.follow().catch(fail);
    this.busy(false);
  }
  busy(is) {
    Run.current = is ? this : null;
    for (const part of [field, $("new"), $("send")]) part.disabled = is;
    messages.setAttribute("aria-busy", is);
    $("stop").hidden = true;
  }
  /** Read to the end; a stream that is cut is taken up behind its last event. */
  async follow() {
    for (let tries = 0; !this.isOver; tries++) {
      if (tries > 5) throw new Error("The connection was lost. Load this page again to see what became of the answer.");
      if (tries) say("The connection was lost. Trying again…");
      await new Promise((resolve) => setTimeout(resolve, tries && 125 * 2 ** tries));
      const before = this.lastId;
      try {
        const answer = await this.open();
        if (answer.status === 204) this.end("");
        else await this.read(answer.body.pipeThrough(new TextDecoderStream()).getReader());
      } catch (error) { if (error instanceof Refused) throw error; }
      if (this.lastId !== before) tries = 0;
    }
  }
  open() {
    if (!this.runId) return ask("/v1/chat/stream", this.request);
    const headers = this.lastId ? {"Last-Event-ID": this.lastId} : {};
    return ask(`/v1/chat/runs/${encodeURIComponent(this.runId)}/stream`, {headers});
  }
  async read(reader) {
    for (let rest = ""; !this.isOver;) {
      const {value, done} = await reader.read();
      if (done) return;
      const events = (rest + value).split("\n\n");
      rest = events.pop();
      for (const event of events) {
        const told = Object.fromEntries(event.split("\n").map((line) => line.split(/: (.*)/s)));
        if (told.event) this.on(told.event, JSON.parse(told.data));
        this.lastId = told.id ?? this.lastId;
      }
    }
  }
  on(name, data) {
    switch (name) {
      case "ready":
        this.runId = data.runId;
        keep(data.conversationId);
        field.value = data.conversationId;
        return say(data.queued ? "Waiting for the answer before this one…" : "Working…");
      case "agent_start": $("stop").hidden = false; return say("Working…");
      case "assistant_text_delta": return this.write("text", data.delta);
      case "assistant_thinking_delta": return this.write("thinking", data.delta);
      case "tool_start": return this.tool(data);
      case "tool_update": return this.result(data.toolCallId, data.partialResult);
      case "tool_end": say("Working…"); return this.result(data.toolCallId, data.result, data.isError);
      case "retry_start": return say(`The model failed (${data.errorMessage ?? "no reason was given"}). Trying again…`);
      case "compaction_start": return say("Shortening what was said before…");
      case "reset": this.lastId = null; this.block?.remove(); this.block = this.last = null; return undefined;
      case "done": return this.end({aborted: "Stopped.", length: "Cut off at the model's limit."}[data.stopReason] ??
        (data.durationMs ? `Done in ${(data.durationMs / 1000).toFixed(0)} s.` : "Done."));
      case "error": this.end(""); return fail(new Error(data.error));
    }
  }
  end(text) { this.isOver = true; say(text); }
  part(kind, tag, summary) {
    this.block ??= add(messages, "div", "msg assistant");
    const made = add(this.block, tag, kind);
    if (tag === "details") add(made, "summary", "", summary);
    return {kind, place: tag === "details" ? add(made, "pre", "") : made, made};
  }
  write(kind, delta) {
    if (this.last?.kind !== kind) {
      this.last = kind === "text" ? this.part(kind, "div") : this.part(kind, "details", "Thoughts");
      say(kind === "text" ? "Writing…" : "Thinking…");
    }
    const {place} = this.last;
    shown(() => (place.firstChild ?? place.appendChild(document.createTextNode(""))).appendData(delta));
  }
  tool({toolCallId, toolName, args}) {
    this.last = this.part("tool", "details", `${toolName} ${JSON.stringify(args ?? {}).slice(0, 200)}`);
    this.tools.set(toolCallId, this.last);
    say(`Running ${toolName}…`);
  }
  result(id, result, isError = false) {
    const tool = this.tools.get(id);
    if (tool) tool.place.textContent = textOf(result);
    if (tool) tool.made.classList.toggle("failed", isError);
  }
}

function send() {
  const message = box.value.trim();
  if (!message || Run.current) return;
  box.value = "";
  messages.querySelector(".welcome")?.remove();
  messages.append(show({role: "user", text: message}));
  messages.scrollTop = messages.scrollHeight;
  const key = crypto.getRandomValues(new Uint32Array(4)).join("-");
  const body = JSON.stringify({message, onDisconnect: "continue", conversationId: field.value.trim() || undefined});
  new Run({request: {method: "POST", body, headers: {"Content-Type": "application/json", "Idempotency-Key": key}}}).go();
}

$("composer").addEventListener("submit", (event) => { event.preventDefault(); send(); });
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
});
$("stop").addEventListener("click", () => {
  say("Stopping…"); ask(`${at(field.value)}/abort`, {method: "POST"}).catch(fail);
});
$("new").addEventListener("click", () => { keep(null); load(); box.focus(); });
field.addEventListener("change", () => { keep(field.value.trim()); load(); });
$("leave").addEventListener("click", () => ask("/auth/session", {method: "DELETE"}).then(() => location.reload(), fail));
if (location.hash) history.replaceState(null, "", "/");
load();
