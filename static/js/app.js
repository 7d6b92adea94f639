// What plain pages and forms cannot do by themselves. Everything listens on the document, so that swapped parts need
// no set-up; pages stay usable without this file.
(() => {
  "use strict";

  const root = document.documentElement;
  const on = (type, act) => document.addEventListener(type, act);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Toasts: notices leave after a while, errors stay until they are dismissed.

  const TOAST_STAYS = 8000;

  const shelf = () => document.getElementById("toasts");

  // What lies beside an open dialog can be neither read nor clicked.
  function putInReach() {
    const around = document.querySelector("dialog:modal") ?? document.body;
    if (shelf().parentNode !== around) around.append(shelf());
  }

  function toast(text, kind) {
    const box = document.createElement("section");
    box.className = `tst tst-${kind}`;
    box.dataset.toast = "";
    if (kind === "error") box.setAttribute("role", "alert");
    box.append(Object.assign(document.createElement("p"), { className: "full", textContent: text }));
    putInReach();
    shelf().append(box);
    leaveLater(box);
  }

  function leaveLater(box) {
    if (box.classList.contains("tst-error")) return;
    setTimeout(() => (box.matches(":hover, :focus-within") ? leaveLater(box) : box.remove()), TOAST_STAYS);
  }

  on("click", ({ target }) => target.closest("[data-dismiss]")?.closest("[data-toast]").remove());

  // A page that no longer fits its session stays as it is. Why is said once, until an answer comes that fits.

  let misfit = null;

  on("htmx:oobBeforeSwap", ({ detail }) => {
    if (detail.target !== shelf()) return;
    putInReach();
    const arriving = detail.fragment.querySelector("[data-misfit]");
    if (!arriving) return;
    detail.shouldSwap = misfit?.textContent !== arriving.textContent;
    if (!detail.shouldSwap) return;
    misfit?.remove();
    misfit = arriving;
  });
  on("htmx:afterRequest", ({ detail }) => {
    if (detail.xhr.status >= 400 || detail.xhr.status === 0) return;
    misfit?.remove();
    misfit = null;
  });

  // Signing in renews the token of all tabs. A form of an older page goes on; the server knows whose page it is.

  const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];

  document.addEventListener("submit", ({ target }) => {
    const field = target.elements.namedItem("csrfmiddlewaretoken");
    if (field && token()) field.value = token();
  }, true);
  on("htmx:configRequest", ({ detail }) => {
    if (!token()) return;
    detail.headers["x-csrftoken"] = token();
    if (detail.formData.has("csrfmiddlewaretoken")) detail.formData.set("csrfmiddlewaretoken", token());
  });

  // Dialogs: a link with hx-target="#modal-body" fills the one dialog of the page, which opens when filled.

  const modal = () => document.getElementById("modal");

  // Who worked with the keyboard goes on at the heading when what had the focus was replaced.
  function keepPlace() {
    const heading = document.querySelector("main h1");
    if (!heading || document.activeElement !== document.body) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }

  on("click", ({ target }) => {
    if (target.closest("[data-close]") || target.matches("dialog[open]:not([data-required])")) {
      target.closest("dialog").close();
    }
  });
  on("modal:close", () => modal().close());
  document.addEventListener("close", ({ target }) => {
    if (target === modal()) {
      document.getElementById("modal-body").replaceChildren();
      putInReach();
      keepPlace();
    }
    // Browsers let a second Escape through whatever `cancel` says; this question has to be answered.
    if (target.matches("[data-required]")) target.showModal();
  }, true);

  for (const dialog of all("dialog[data-required]")) {
    dialog.open = false;
    dialog.showModal();
  }

  // Copy buttons: of a text of their own, or of what stands before them.

  on("click", async ({ target }) => {
    const button = target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy || button.previousElementSibling.textContent);
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), 2000);
    toast(document.body.dataset.copied, "success");
  });

  // Menus are <details class="pop">: one is open at a time, a click beside it or Escape closes it.

  const openMenus = () => all("details.pop[open]");

  on("click", ({ target }) => openMenus().forEach((menu) => menu.contains(target) || (menu.open = false)));
  on("keydown", ({ key }) => {
    if (key !== "Escape") return;
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // <details id="…"> stay as somebody left them when the part around them is replaced.

  let left = new Map();
  let hadFocus = false;

  on("htmx:beforeSwap", () => {
    left = new Map(all("details[id]").map((each) => [each.id, each.open]));
    hadFocus = document.activeElement !== document.body;
  });
  on("htmx:load", ({ target }) => {
    for (const each of all("details[id]", target)) each.open = left.get(each.id) ?? each.open;
  });

  // Theme: the server remembers it and tells the page that is already there.

  on("theme:changed", ({ detail }) => { root.dataset.bsTheme = detail.theme; });

  // Countdowns: <time data-countdown="2026-11-21T12:00:00Z" data-from="…">, with a <progress> beside it if wanted.

  const twoDigits = (number) => String(number).padStart(2, "0");

  function tick() {
    for (const clock of all("[data-countdown]")) {
      const ends = Date.parse(clock.dataset.countdown);
      const left = Math.max(0, Math.round((ends - Date.now()) / 1000));
      const hours = Math.floor(left / 3600);
      const minutes = twoDigits(Math.floor(left / 60) % 60);
      clock.textContent = `${hours ? `${hours}:` : ""}${minutes}:${twoDigits(left % 60)}`;
      const bar = clock.closest("[data-countdown-box]")?.querySelector("progress");
      if (bar) bar.value = left;
      if (left === 0) {
        delete clock.dataset.countdown;
        clock.dispatchEvent(new CustomEvent("live:change", { bubbles: true }));
      }
    }
  }
  setInterval(tick, 1000);

  // Passwords can be looked at.

  for (const button of all("[data-reveal]")) button.hidden = false;
  on("click", ({ target }) => {
    const button = target.closest("[data-reveal]");
    if (!button) return;
    const field = document.getElementById(button.dataset.reveal);
    const visible = field.type === "password";
    field.type = visible ? "text" : "password";
    button.setAttribute("aria-pressed", visible);
  });

  // A long list of choices narrows while typing: <input data-narrow="list-id">, words in data-words of each item. Nothing
  // is chosen that cannot be seen, and the only one that can be seen is. What is chosen names the button.

  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f./-]/g, "").toLowerCase();
  const choiceOf = (item) => item.querySelector("input");

  function narrow(list, words) {
    const items = all("[data-words]", list);
    for (const item of items) item.hidden = !plain(item.dataset.words).includes(plain(words.trim()));
    const shown = items.filter((item) => !item.hidden);
    for (const item of items) choiceOf(item).checked &&= !item.hidden;
    if (shown.length === 1) choiceOf(shown[0]).checked = true;
    document.getElementById(`${list.id}-count`).textContent = shown.length;
    for (const part of [list, document.getElementById(`${list.id}-some`)]) part.hidden = shown.length === 0;
    document.getElementById(`${list.id}-none`).hidden = shown.length > 0;
    nameChosen(list);
  }

  function nameChosen(list) {
    const chosen = list.querySelector(":checked");
    const name = document.getElementById(`${list.id}-chosen`);
    name.textContent = chosen?.dataset.name ?? "…";
    name.closest("button").disabled = !chosen;
  }

  on("input", ({ target }) => {
    if (target.matches("[data-narrow]")) narrow(document.getElementById(target.dataset.narrow), target.value);
  });
  on("change", ({ target }) => target.dataset.name && nameChosen(target.closest("ul")));

  // htmx: what arrives gets its life, what fails is said.

  function judged(errors) {
    const control = document.getElementById(errors.id.replace(/_error$/, ""));
    control?.setAttribute("aria-invalid", errors.querySelector(".err") !== null);
  }

  // The bar of filters is no part of what is swapped: the list names those that are wrong.
  function judgeFilters() {
    const wrong = new Set(all("#results [data-wrong]").map((each) => each.dataset.wrong));
    for (const filter of all("#filters [data-filter]")) {
      const isWrong = wrong.has(filter.dataset.filter);
      filter.classList.toggle("wrong", isWrong);
      for (const control of all("input", filter)) control.setAttribute("aria-invalid", isWrong);
    }
  }

  function arrived(part) {
    if (part.id === "modal-body" && part.childElementCount && !modal().open) modal().showModal();
    if (part.matches(".errs")) judged(part);
    all("[data-focus]", part).forEach((each) => each.focus());
    all("[data-toast]", part).forEach(leaveLater);
  }

  // A file that is fetched by mistake must not become a part of the page.
  on("htmx:beforeSwap", ({ detail }) => {
    const type = detail.xhr.getResponseHeader("Content-Type") ?? "text/html";
    if (!type.startsWith("text/html")) detail.shouldSwap = false;
  });
  on("htmx:afterSwap", ({ detail }) => {
    arrived(detail.target);
    judgeFilters();
    // Not when it has settled: another part may be swapped until then, and would find that nothing has the focus.
    if (hadFocus && !modal()?.open) keepPlace();
  });
  on("htmx:oobAfterSwap", ({ detail }) => arrived(detail.target));
  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    on(failure, () => toast(document.body.dataset.failed, "error"));
  }

  tick();
  judgeFilters();
  arrived(document.body);
})();
