"use strict";
const $ = (id) => document.getElementById(id);
const say = (text) => { $("status").textContent = text; };

async function enter(request, refused) {
  say("Signing in…");
  const answer = await fetch("/auth/session", {method: "POST", ...request}).catch(() => null);
  if (answer === null) return say("The gateway cannot be reached.");
  if (answer.ok) return location.reload();
  const told = await answer.json().catch(() => ({}));
  say(answer.status === 401 ? refused : `That did not work: ${told.error ?? answer.status}.`);
}

function useCode() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code) history.replaceState(null, "", "/");
  if (code) enter({body: JSON.stringify({code})}, "This link was used or is too old. Ask for a new one.");
}

$("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const token = $("token").value.trim();
  if (/^[\x21-\x7e]+$/.test(token)) enter({headers: {Authorization: `Bearer ${token}`}}, "This token is not valid here.");
  else say("This is no token.");
});
addEventListener("hashchange", useCode);
useCode();
