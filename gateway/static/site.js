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

  // A press that came to nothing says so, and the next one starts afresh.
  const offline = (shown) => () => {
    document.getElementById("offline").hidden = !shown;
  };
  document.addEventListener("htmx:beforeRequest", offline(false));
  document.addEventListener("htmx:sendError", offline(true));
  document.addEventListener("htmx:timeout", offline(true));

  // Keys work only while the focus is in the card (WCAG 2.1.4), and leave shortcuts of the browser alone. They are named
  // by place: on a French keyboard the digits of the top row need Shift.
  const KEYS = { Digit1: "1", Digit2: "2", Digit3: "3", Numpad1: "1", Numpad2: "2", Numpad3: "3", ArrowRight: "next" };
  const means = (event) => {
    const { target, code } = event;
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return null;
    if (target.matches("textarea, input:not([type=radio])")) return null;
    return target.type === "radio" && code === "ArrowRight" ? null : KEYS[code];
  };
  document.addEventListener("keydown", (event) => {
    const key = means(event);
    const button = key && event.target.closest("#card")?.querySelector(`[data-key="${key}"]`);
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
