"use strict";
// Draws the list, and keeps what a person wants until the program fetches it. All texts are set as text.
const $ = (id) => document.getElementById(id);
const fields = ["name", "url"];
let waiting = [];
let known = [];
let edited = "";

function say(id, name) {
  return WORDS[id].replace("{name}", () => name ?? "");
}

function ring(intent) {
  waiting.push(intent);
  location.href = "portico-shell:ring";
}

function made(tag, className, text) {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text ?? "";
  return node;
}

function button(text, label, act) {
  const node = made("button", "", text);
  node.type = "button";
  node.setAttribute("aria-label", label);
  node.addEventListener("click", act);
  return node;
}

function line(entry) {
  const item = made("li", "");
  const go = made("button", "go");
  go.type = "button";
  go.dataset.id = entry.id;
  const names = made("span", "");
  names.append(made("b", "", entry.name));
  if (entry.url) names.append(made("small", "", entry.url));
  if (entry.words) names.append(made("small", entry.state, entry.words));
  else if (entry.state === "open") names.append(made("small", "", say("shown")));
  go.append(made("span", `dot ${entry.state}`), names);
  go.addEventListener("click", () => ring({ do: "open", id: entry.id }));
  item.append(go);
  if (!entry.is_local) item.append(tools(entry));
  return item;
}

function tools(entry) {
  const box = made("div", "tools");
  const remove = button(say("remove"), say("remove_one", entry.name), () => {
    if (remove.dataset.sure) return ring({ do: "remove", id: entry.id });
    remove.dataset.sure = "yes";
    remove.textContent = say("remove_sure");
  });
  remove.addEventListener("blur", () => {
    delete remove.dataset.sure;
    remove.textContent = say("remove");
  });
  box.append(button(say("edit"), say("edit_one", entry.name), () => open({ ...entry, words: "" })), remove);
  return box;
}

function open(form) {
  const entry = known.find((one) => one.id === form.id);
  edited = entry ? entry.id : "";
  $("heading").textContent = entry ? say("edit_one", entry.name) : say("add");
  $("why").textContent = form.words;
  $("why").hidden = !form.words;
  $("name").value = form.name;
  $("url").value = form.url;
  $("token").value = "";
  $("forget").checked = false;
  $("forgets").hidden = !entry?.has_token;
  $("hint").textContent = entry?.has_token
    ? say("token_stored")
    : say("token_hint");
  wrong({});
  $("form").hidden = false;
  (form.words ? $("token") : $("name")).focus();
  $("form").scrollIntoView({ block: "nearest" });
}

function close() {
  $("token").value = "";
  $("form").hidden = true;
  $("add").focus();
}

function wrong(refusals) {
  for (const field of fields) {
    $(`${field}-wrong`).textContent = refusals[field] ?? "";
    $(field).setAttribute("aria-invalid", String(field in refusals));
  }
  const other = Object.keys(refusals).find((field) => !fields.includes(field));
  if (other) {
    $("why").textContent = refusals[other];
    $("why").hidden = false;
  }
}

const portico = {
  show(view) {
    known = view.entries;
    const focused = document.activeElement?.dataset?.id;
    $("entries").replaceChildren(...known.map(line));
    $("note").textContent = view.note;
    $("note").hidden = !view.note;
    if (focused) document.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
    if (view.is_saved) close();
    if (view.form) open(view.form);
    wrong(view.refusals);
  },
  take() {
    const taken = JSON.stringify(waiting);
    waiting = [];
    return taken;
  },
};

$("add").addEventListener("click", () => open({ id: "", name: "", url: "", words: "" }));
$("cancel").addEventListener("click", close);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !$("form").hidden) close();
});
$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = { do: "save", id: edited, name: $("name").value, url: $("url").value };
  ring({ ...form, token: $("token").value, forget: $("forget").checked });
});
for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
portico.show(FIRST);
