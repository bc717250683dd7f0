// What the pages do beside showing: stay up to date, filter as one types, and move cards.
// Everything here also works without it: filters and moves are plain forms.
"use strict";

(() => {
  const page = document.getElementById("page");
  const said = document.getElementById("said");
  const gone = document.getElementById("gone");
  const TYPING_MS = 200;
  const SAID_MS = 8000;
  const AGES_MS = 60000;
  const BREATH_MS = 100;
  let dragged = null;
  let late = false;
  let busy = false;

  // ---- showing the page anew, with everything that has not changed left as it is ----

  function takeOver(have, want) {
    for (const { name } of [...have.attributes]) {
      // Whether a menu is open is the reader's business, not the page's.
      if (!want.hasAttribute(name) && !(name === "open" && have.localName === "details")) {
        have.removeAttribute(name);
      }
    }
    for (const { name, value } of [...want.attributes]) {
      if (have.getAttribute(name) !== value) have.setAttribute(name, value);
    }
    const known = new Map();
    for (const child of have.children) if (child.id) known.set(child.id, child);
    let at = have.firstChild;
    for (const child of [...want.childNodes]) {
      let same = null;
      if (child.id) same = known.get(child.id) ?? null;
      else if (at && !at.id && at.nodeName === child.nodeName) same = at;
      if (same === null) {
        const added = document.importNode(child, true);
        have.insertBefore(added, at);
        if (added.classList?.contains("card")) added.classList.add("fresh");
        continue;
      }
      if (same === at) at = at.nextSibling;
      else have.insertBefore(same, at);
      if (same.nodeType === Node.ELEMENT_NODE) takeOver(same, child);
      else if (same.nodeValue !== child.nodeValue) same.nodeValue = child.nodeValue;
    }
    while (at) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
  }

  // One at a time: while others write a hundred rows a second, the page follows at its own pace.
  async function refresh() {
    late = true;
    if (busy) return;
    busy = true;
    while (late && !dragged) {
      late = false;
      await show();
      await new Promise((done) => setTimeout(done, BREATH_MS));
    }
    busy = false;
  }

  async function show() {
    const address = location.href;
    let answer;
    try {
      answer = await fetch(address, { headers: { Accept: "text/html" } });
    } catch {
      return; // the stream of events notices as well, and says so
    }
    const text = await answer.text();
    if (address !== location.href) return;
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const want = fresh.getElementById("page");
    if (!answer.ok || !want) {
      // A page that is nothing but this message need not be told it again.
      if (!document.getElementById("message")) {
        say(fresh.getElementById("message")?.textContent ?? text);
      }
      return;
    }
    const focused = document.activeElement;
    const card = focused?.closest(".card")?.id;
    takeOver(page, want);
    document.title = fresh.title;
    if (focused !== document.activeElement) {
      // A card in another column is a new one: the reader's place goes with it.
      if (focused.isConnected) focused.focus({ preventScroll: true });
      else if (card) document.getElementById(card)?.querySelector("a, summary")?.focus();
    }
  }

  let silence = 0;
  function say(words) {
    said.textContent = words;
    clearTimeout(silence);
    silence = setTimeout(() => { said.textContent = ""; }, SAID_MS);
  }

  // ---- news ----

  let events = null;
  function listen() {
    if (events || document.hidden) return;
    events = new EventSource("/events");
    events.addEventListener("mark", ({ data }) => {
      gone.hidden = true;
      if (data !== page.dataset.mark) refresh();
    });
    events.addEventListener("end", () => {
      events.close();
      leave();
    });
    events.addEventListener("error", leave);
  }

  function leave() {
    if (!gone.hidden) return;
    const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    gone.textContent = `The board has ended, and this is how things stood at ${time}. Start it again with: tidelog board`;
    gone.hidden = false;
  }

  // A page that nobody sees holds no connection: browsers keep only six to one server.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) listen();
    else if (events) {
      events.close();
      events = null;
    }
  });
  window.addEventListener("pagehide", () => { events?.close(); events = null; });
  window.addEventListener("pageshow", listen);
  listen();
  setInterval(() => { if (!document.hidden && gone.hidden) refresh(); }, AGES_MS);

  // ---- filters, which stand in the address ----

  let typing = 0;
  function filter(form) {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value.trim()) query.set(name, value.trim());
    const end = query.toString();
    history.replaceState(null, "", form.getAttribute("action") + (end ? `?${end}` : ""));
    refresh();
  }

  document.addEventListener("input", ({ target }) => {
    const form = target.closest("#filters");
    if (!form) return;
    clearTimeout(typing);
    typing = setTimeout(() => filter(form), target.localName === "select" ? 0 : TYPING_MS);
  });

  document.addEventListener("click", (event) => {
    const clear = event.target.closest("#clear");
    if (clear) {
      event.preventDefault();
      const form = clear.closest("form");
      for (const field of form.querySelectorAll("input, select")) field.value = "";
      filter(form);
      form.querySelector("input").focus();
    }
    for (const menu of document.querySelectorAll(".menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    const field = /^(input|select|textarea)$/.test(event.target.localName ?? "");
    if (event.key === "/" && !field && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const search = document.querySelector("#filters input");
      if (search) {
        event.preventDefault();
        search.focus();
      }
    }
    if (event.key === "Escape") {
      const menu = event.target.closest?.(".menu[open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
  });

  // ---- moving ----

  async function send(action, fields) {
    let told;
    try {
      const answer = await fetch(action, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(fields),
      });
      const text = await answer.text();
      told = answer.headers.get("Content-Type")?.includes("json") ? JSON.parse(text).message : text;
    } catch {
      told = "Nothing was changed: the board does not answer. Start it again with: tidelog board";
    }
    say(told);
    await refresh();
  }

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-moves]");
    if (event.target.id === "filters") {
      event.preventDefault();
      filter(event.target);
    }
    if (!form) return;
    event.preventDefault();
    const menu = form.closest(".menu");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    send(form.action, new FormData(form, event.submitter));
  });

  document.addEventListener("dragstart", (event) => {
    const card = event.target.closest?.(".card[draggable=true]");
    if (!card) return;
    dragged = card;
    card.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.querySelector(".ref").textContent);
  });

  function columnAt(target) {
    const column = target.closest?.("[data-column]");
    return dragged && column && column.dataset.column !== dragged.dataset.status ? column : null;
  }

  document.addEventListener("dragover", (event) => {
    const column = columnAt(event.target);
    for (const each of document.querySelectorAll(".over")) if (each !== column) each.classList.remove("over");
    if (!column) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
    column.classList.add("over");
  });

  document.addEventListener("drop", (event) => {
    const column = columnAt(event.target);
    if (!column) return;
    event.preventDefault();
    const form = dragged.querySelector("[data-moves]");
    const fields = new FormData(form);
    fields.set("status", column.dataset.column);
    const action = form.action;
    drop();
    send(action, fields);
  });

  document.addEventListener("dragend", drop);
  function drop() {
    dragged?.classList.remove("dragged");
    for (const each of document.querySelectorAll(".over")) each.classList.remove("over");
    dragged = null;
    if (late) refresh();
  }
})();
