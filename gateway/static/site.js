/* What scripts add, and nothing that pages need: focus after a swap, keys on the card, characters left. */
(() => {
  "use strict";
  document.documentElement.classList.add("scripted");

  // A swapped card or a notice takes the focus, so that keyboards and screen readers go on from there.
  document.addEventListener("htmx:afterSettle", (event) => {
    const swapped = event.detail.target?.id ? document.getElementById(event.detail.target.id) : null;
    const pressed = event.detail.requestConfig?.triggeringEvent?.submitter?.id;
    const again = pressed && document.getElementById(pressed);
    const target = again || swapped?.querySelector("[data-focus]");
    target?.focus({ preventScroll: Boolean(again) });
  });

  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => {
      const notice = document.getElementById("offline");
      if (notice) notice.hidden = false;
    });
  }

  // Keys work only while the focus is in the card (WCAG 2.1.4), and leave shortcuts of the browser alone.
  const KEYS = { 1: "1", 2: "2", 3: "3", ArrowRight: "next" };
  document.addEventListener("keydown", (event) => {
    const card = event.target.closest?.("#card");
    const key = KEYS[event.key];
    if (!card || !key || event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const button = card.querySelector(`[data-key="${key}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });

  document.querySelectorAll("[data-count]").forEach((field) => {
    const counter = document.getElementById(field.dataset.count);
    const show = () => {
      counter.textContent = counter.dataset.template.replace("{n}", field.maxLength - field.value.length);
    };
    counter.hidden = false;
    field.addEventListener("input", show);
    show();
  });
})();
