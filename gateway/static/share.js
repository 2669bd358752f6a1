/* Buttons that only a script can honour: copying an address, printing the page. Without one they are not there. */
(() => {
  "use strict";
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
  if (!navigator.clipboard) return;
  document.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
      const words = button.querySelector("span");
      words.setAttribute("role", "status");
      words.textContent = button.dataset.done;
    });
  });
})();
