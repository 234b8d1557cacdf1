// What server-rendered pages cannot do by themselves: asking for news, dialogs, suggestions, keys and scrolling.
"use strict";

const byId = (id) => document.getElementById(id);
const live = byId("live");

// News: one open question to the server at a time, and none from a tab that nobody looks at.
let failures = 0;
function ask() {
  if (live && document.visibilityState === "visible") htmx.trigger(live, "live");
}
function states() {
  const seen = {};
  for (const each of document.querySelectorAll("[data-state]")) seen[each.id] = each.dataset.state;
  return seen;
}
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt !== live) return;
  const replies = byId("replies");
  Object.assign(detail.parameters, live.dataset, { thread: replies ? replies.dataset.thread : "", seen: JSON.stringify(states()) });
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.elt !== live || detail.xhr.status === 0) return;
  failures = detail.successful ? 0 : failures + 1;
  if (detail.xhr.status === 404) location.href = "/";
  else setTimeout(ask, failures ? Math.min(1000 * failures, 8000) : 0);
});
document.addEventListener("htmx:sendError", ({ detail }) => {
  if (detail.elt !== live) return;
  failures += 1;
  if (!byId("lost")) document.body.insertAdjacentHTML("beforeend", '<p id="lost" class="lost" role="status">The workspace does not answer. Trying again …</p>');
  setTimeout(ask, Math.min(1000 * failures, 8000));
});
document.addEventListener("htmx:afterOnLoad", () => byId("lost")?.remove());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") ask();
  else if (live) htmx.trigger(live, "htmx:abort");
});

// What is replaced under somebody's hands keeps what they have typed, and the focus.
let kept = null;
function entries(root) {
  const values = new Map();
  for (const each of root.querySelectorAll("input, select, textarea")) {
    if (!each.name || each.type === "hidden" || each.type === "file") continue;
    const box = each.type === "checkbox" || each.type === "radio";
    const changed = box ? each.checked !== each.defaultChecked : each.tagName === "SELECT" ? ![...each.options].every((o) => o.selected === o.defaultSelected) : each.value !== each.defaultValue;
    if (changed) values.set(`${each.name}\n${box ? each.value : ""}`, box ? each.checked : each.value);
  }
  return values;
}
function restore(root, values) {
  for (const each of root.querySelectorAll("input, select, textarea")) {
    const box = each.type === "checkbox" || each.type === "radio";
    const key = `${each.name}\n${box ? each.value : ""}`;
    if (!values.has(key)) continue;
    if (box) each.checked = values.get(key);
    else each.value = values.get(key);
  }
}
const viewOf = (root) => root.querySelector("[data-view]")?.dataset.view ?? "";
document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  const target = detail.target;
  if (!target.dataset?.state) return;
  const scrolled = target.querySelector(".scroll")?.scrollTop ?? 0;
  kept = { id: target.id, view: viewOf(target), values: entries(target), focus: target.contains(document.activeElement) ? document.activeElement.id : "", open: [...target.querySelectorAll("details[open][id]")].map((d) => d.id), scrolled };
});
document.addEventListener("htmx:oobAfterSwap", ({ detail }) => {
  const now = kept && byId(kept.id);
  if (now && kept.view === viewOf(now)) {
    restore(now, kept.values);
    for (const id of kept.open) byId(id)?.setAttribute("open", "");
    if (now.id === "modal") openModal(kept.scrolled);
    if (kept.focus) byId(kept.focus)?.focus({ preventScroll: true });
  } else if (now && now.id === "modal") openModal(0);
  kept = null;
  follow(detail.target);
});

// Modals: the browser's own dialog keeps the focus inside; Escape closes as the Close button does.
let before = null;
function openModal(scrolled) {
  const dialog = document.querySelector("#modal dialog");
  if (!dialog) {
    before?.isConnected && before.focus();
    before = null;
    return;
  }
  before ??= document.activeElement;
  dialog.removeAttribute("open");
  dialog.showModal();
  dialog.querySelector(".scroll").scrollTop = scrolled;
  const first = dialog.querySelector("[aria-invalid], .faulty input, .faulty summary") ?? dialog.querySelector(".input input:not([type=hidden]), .input textarea, .input select");
  (first ?? dialog.querySelector("[data-submit]") ?? dialog.querySelector("footer button")).focus({ preventScroll: !first });
  const close = () => dialog.querySelector("[data-close-modal]").click();
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  // Without a click in between, browsers close a second dialog on Escape and ask no more.
  dialog.addEventListener("close", () => dialog.isConnected && close());
}

// "Are you sure?" in the app's words.
document.addEventListener("htmx:confirm", (event) => {
  const template = event.detail.elt.dataset?.confirm && byId(event.detail.elt.dataset.confirm);
  if (!template) return;
  event.preventDefault();
  const dialog = byId("confirm");
  const words = template.content.cloneNode(true);
  const [yes, no] = [words.querySelector("b[data-yes]"), words.querySelector("i:last-child")];
  dialog.querySelector("h2").replaceChildren(...words.querySelector("h2").childNodes);
  dialog.querySelector("[data-yes]").className = `button ${yes.dataset.yes}`;
  dialog.querySelector("[data-yes]").replaceChildren(...yes.childNodes);
  dialog.querySelector("[data-no]").replaceChildren(...no.childNodes);
  dialog.querySelector(".words").replaceChildren(words.querySelector("p"));
  dialog.returnValue = "";
  dialog.addEventListener("close", () => dialog.returnValue === "yes" && event.detail.issueRequest(true), { once: true });
  dialog.showModal();
});

// Pop-ups beside the button that opens them.
function showMenu(button) {
  const menu = byId("menu");
  menu.replaceChildren();
  menu.showPopover();
  const box = button.getBoundingClientRect();
  menu.style.top = `${Math.max(8, Math.min(box.bottom + 4, innerHeight - 250))}px`;
  menu.style.left = `${Math.max(8, Math.min(box.right - 320, innerWidth - 340))}px`;
}

document.addEventListener("click", (event) => {
  const at = (selector) => event.target.closest?.(selector);
  if (at("[data-dismiss]")) at(".notice").remove();
  if (at("[data-menu]")) showMenu(at("[data-menu]"));
  if (at("[data-copy]")) navigator.clipboard?.writeText(at("[data-copy]").dataset.copy);
  if (at("#menu button") && !at("#menu [type=search]")) setTimeout(() => byId("menu").matches(":popover-open") && byId("menu").hidePopover());
  if (at("#confirm button")) byId("confirm").close(at("#confirm button").value);
  if (at("[data-page]")) turn(at("[data-page]"));
  if (at("[data-drawer]")) at("[data-drawer]").setAttribute("aria-expanded", String(document.body.classList.toggle("drawer-open")));
  else if (!at(".places")) document.body.classList.remove("drawer-open");
  if (at("[data-close-thread]") && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    history.pushState(null, "", at("[data-close-thread]").href);
    byId("side").replaceChildren();
    threadShown();
  }
  if (at("a[data-use]")) {
    const link = at("a[data-use]");
    const body = new FormData(link.closest("form"));
    body.set("use", link.dataset.use);
    fetch(link.closest("form").getAttribute("action"), { method: "POST", body, keepalive: true });
  }
  for (const each of document.querySelectorAll("details.overflow[open]")) if (!each.contains(event.target) || at(".menu button")) each.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.("details.overflow[open], details.several[open]");
  if (!menu) return;
  event.preventDefault();
  menu.open = false;
  menu.querySelector("summary").focus();
});
addEventListener("popstate", () => location.reload());
document.addEventListener("submit", (event) => event.target.hasAttribute("hx-post") || event.target.method === "dialog" || event.preventDefault());

// A native data table, page by page.
function turn(button) {
  const table = button.closest(".paged");
  const rows = [...table.querySelectorAll("tbody tr")];
  const size = Number(table.dataset.size);
  const first = rows.findIndex((row) => !row.hidden) + size * Number(button.dataset.page);
  rows.forEach((row, at) => { row.hidden = at < first || at >= first + size; });
  const last = Math.min(first + size, rows.length);
  table.querySelector(".pager span").textContent = `${first + 1}–${last} of ${rows.length}`;
  table.querySelector("[data-page='-1']").disabled = first === 0;
  table.querySelector("[data-page='1']").disabled = last === rows.length;
}

// Scrolling: a list stays at its end if it was there, and a thread that opens starts there.
const ends = new WeakMap();
const watched = () => document.querySelectorAll("main > .scroll, #side .scroll");
const toEnd = (list) => { list.scrollTop = list.scrollHeight; ends.set(list, true); };
document.addEventListener("scroll", (event) => {
  const list = event.target;
  if (list.matches?.("main > .scroll, #side .scroll")) ends.set(list, list.scrollHeight - list.scrollTop - list.clientHeight < 60);
}, true);
function follow() {
  for (const list of watched()) if (ends.get(list) ?? true) toEnd(list);
}
function threadShown() {
  const replies = byId("replies");
  document.body.classList.toggle("with-thread", replies !== null);
  if (replies) {
    const target = location.hash && byId(location.hash.slice(1));
    if (target && replies.contains(target)) target.scrollIntoView({ block: "center" });
    else toEnd(replies.parentElement);
  }
  ask();
}
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const editing = detail.target.querySelector?.(".edit textarea");
  if (editing) {
    editing.focus();
    editing.setSelectionRange(editing.value.length, editing.value.length);
    editing.form.scrollIntoView({ block: "nearest" });
  }
  if (detail.target.id !== "side") return;
  threadShown();
  detail.target.querySelector("textarea")?.focus();
});

// The composer: Enter sends, and what begins with / or @ is completed.
const known = JSON.parse(byId("completions")?.textContent ?? "[]");
const grow = (field) => { field.style.height = "auto"; field.style.height = `${field.scrollHeight}px`; };
const draft = (field) => `${location.pathname} ${field.form.elements.thread.value}`;
function matching(field) {
  const typed = field.value.slice(0, field.selectionStart);
  const command = /^(\/\S*)(\s?)/.exec(typed);
  if (command) {
    const whole = known.filter((each) => each.insert === command[1]);
    return { word: command[1], found: command[2] ? whole : known.filter((each) => each.insert.startsWith(command[1])), done: Boolean(command[2]) };
  }
  const name = /(?:^|\s)(@[\p{L}\p{N}._-]*)$/u.exec(typed);
  if (!name) return { found: [] };
  const wanted = name[1].slice(1).toLowerCase();
  const found = known.filter((each) => each.insert[0] === "@" && (each.insert.slice(1).startsWith(wanted) || each.about.toLowerCase().includes(wanted)));
  return { word: name[1], found: found.slice(0, 8), done: false };
}
function suggest(field) {
  const list = byId(field.getAttribute("aria-controls"));
  const { found, done } = matching(field);
  list.hidden = found.length === 0;
  field.setAttribute("aria-expanded", String(!list.hidden));
  field.removeAttribute("aria-activedescendant");
  list.replaceChildren(...found.map((each, at) => {
    const row = document.createElement("div");
    row.id = `${list.id}-${at}`;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", "false");
    row.dataset.insert = each.insert;
    for (const [tag, text] of [["b", each.insert], ["code", each.hint], ["span", each.about]]) {
      if (text) row.appendChild(Object.assign(document.createElement(tag), { textContent: text }));
    }
    return row;
  }));
  if (!done && found.length) mark(field, 0);
}
function mark(field, step) {
  const rows = [...byId(field.getAttribute("aria-controls")).children];
  if (!rows.length) return;
  const now = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
  const next = (Math.max(now, 0) + step + rows.length) % rows.length;
  rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === next)));
  rows[next].scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", rows[next].id);
}
function complete(field, row) {
  const { word } = matching(field);
  const end = field.selectionStart;
  field.setRangeText(`${row.dataset.insert} `, end - word.length, end, "end");
  field.focus();
  suggest(field);
}
document.addEventListener("input", ({ target }) => {
  if (!target.closest?.("[data-composer]") || target.tagName !== "TEXTAREA") return filter(target);
  grow(target);
  suggest(target);
  sessionStorage.setItem(draft(target), target.value);
});
document.addEventListener("mousedown", (event) => {
  const row = event.target.closest?.(".hints [role=option]");
  if (!row) return;
  event.preventDefault();
  complete(row.closest("form").querySelector("textarea"), row);
});
document.addEventListener("focusout", ({ target }) => {
  if (target.matches?.("[data-composer] textarea")) byId(target.getAttribute("aria-controls")).hidden = true;
});
document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (field.matches?.(".edit textarea") && event.key === "Escape") return field.form.querySelector("[type=button]").click();
  if (field.matches?.(".edit textarea, [data-composer] textarea") && event.isComposing) return undefined;
  if (field.matches?.(".edit textarea") && event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    return field.form.requestSubmit();
  }
  if (field.matches?.("input[hx-trigger=act]") && event.key === "Enter") {
    event.preventDefault();
    return htmx.trigger(field, "act");
  }
  if (!field.matches?.("[data-composer] textarea")) return undefined;
  const list = byId(field.getAttribute("aria-controls"));
  const chosen = list.hidden ? null : list.querySelector("[aria-selected=true]");
  if (event.key === "Escape") { list.hidden = true; return undefined; }
  if (chosen && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    return mark(field, event.key === "ArrowDown" ? 1 : -1);
  }
  const whole = chosen && matching(field).word === chosen.dataset.insert && chosen.dataset.insert[0] === "/";
  if (chosen && (event.key === "Tab" || (event.key === "Enter" && !whole && !event.shiftKey))) {
    event.preventDefault();
    return complete(field, chosen);
  }
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    field.form.requestSubmit();
  }
  return undefined;
});
document.addEventListener("change", ({ target }) => {
  if (target.matches?.("[data-composer] input[type=file]")) target.form.querySelector(".attached").textContent = target.files[0]?.name ?? "";
});
document.addEventListener("done", ({ target }) => {
  if (target.closest?.("#jump")) byId("jump").hidePopover();
  if (!target.matches?.("[data-composer]")) return;
  target.reset();
  target.querySelector(".attached").textContent = "";
  const field = target.querySelector("textarea");
  sessionStorage.removeItem(draft(field));
  grow(field);
  suggest(field);
  field.focus();
  for (const list of watched()) if (list.parentElement.contains(target)) toEnd(list);
});

// Lists of people, narrowed as somebody types.
function filter(field) {
  if (!field.dataset?.filter) return;
  const wanted = field.value.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  for (const each of document.querySelectorAll(`${field.dataset.filter} > [data-words]`)) {
    each.hidden = !each.dataset.words.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").includes(wanted);
  }
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.dataset?.filter) return;
  event.preventDefault();
  document.querySelector(`${event.target.dataset.filter} > :not([hidden]) a`)?.click();
});

document.addEventListener("DOMContentLoaded", () => {
  for (const field of document.querySelectorAll("[data-composer] textarea")) {
    field.value = sessionStorage.getItem(draft(field)) ?? "";
    grow(field);
  }
  const list = byId("scroll");
  const target = location.hash && byId(location.hash.slice(1));
  const fresh = document.querySelector("main .rule.new");
  if (list && (target || fresh)) (target || fresh).scrollIntoView({ block: "center" });
  else if (list) toEnd(list);
  if (live) threadShown();
  openModal(0);
  if (!byId("modal")?.firstElementChild) (document.querySelector("#side textarea") ?? byId("compose"))?.focus({ preventScroll: true });
});
