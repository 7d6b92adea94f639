// Live updates: one stream of what changed, as long as the page is seen. A page that shows live data carries
// [data-live] with the types it shows ("charge payment"; empty for all); its parts listen with
// hx-trigger="live:change from:body". A browser opens six connections to a host, hence none for a hidden tab.
(() => {
  "use strict";

  const PAUSE = 300;
  let source = null;
  let missed = false;
  let timer = 0;
  let changes = [];

  const shown = () => [...document.querySelectorAll("[data-live]")].map((part) => part.dataset.live.split(/\s+/).filter(Boolean));
  const concerns = (change) => shown().some((types) => !change.type || !types.length || types.includes(change.type));

  const FIELDS = "[data-live] :is(input:not([type]), input[type=text], textarea)";
  const isWrong = (field) => field.value !== "" && field.getAttribute("aria-invalid") === "true";
  const isHalfTyped = (field) => field.value !== field.defaultValue || isWrong(field);
  const halfTyped = () => [...document.querySelectorAll(FIELDS)].some(isHalfTyped);
  const asking = () => document.querySelector(".htmx-request:not([data-live])") !== null;
  const inTheMiddle = () => halfTyped() || asking();

  function tell(change) {
    if (!concerns(change)) return;
    changes.push(change);
    timer ||= setTimeout(update, PAUSE);
  }

  // Nobody loses what they are typing in such a part, or the answer that is on its way to it: the news waits.
  function update() {
    if (inTheMiddle()) {
      timer = setTimeout(update, PAUSE);
      return;
    }
    const detail = changes.length === 1 ? changes[0] : { type: null, id: null };
    [timer, changes] = [0, []];
    document.body.dispatchEvent(new CustomEvent("live:change", { detail }));
  }

  const everything = () => tell({ type: null, id: null });

  function open() {
    if (source || document.hidden || !shown().length) return;
    source = new EventSource("/events");
    // What happened before a stream was opened again is not repeated on it.
    source.onopen = () => {
      if (missed) everything();
      missed = true;
    };
    source.onmessage = ({ data }) => tell(JSON.parse(data));
    source.addEventListener("resync", everything);
  }

  function close() {
    source?.close();
    source = null;
  }

  // What was typed or asked while the news was on its way.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.requestConfig.triggeringEvent?.type !== "live:change" || !inTheMiddle()) return;
    detail.shouldSwap = false;
    everything();
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  document.addEventListener("htmx:afterSettle", open);
})();
