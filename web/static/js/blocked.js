/* The board of blocked bodies: printing, and copying a reminder in one click. Without it the links lead to the text. */
"use strict";

(() => {
  document.querySelectorAll("[data-print], [data-copy]").forEach((button) => { button.hidden = false; });

  const done = (button) => {
    const label = button.querySelector("span") ?? button;
    const before = label.textContent;
    label.textContent = button.dataset.done;
    setTimeout(() => { label.textContent = before; }, 2500);
  };

  const copy = async (text, fallback) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      fallback();
      return false;
    }
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-print], [data-copy], [data-remind]");
    if (!button || event.ctrlKey || event.metaKey) return;
    if ("print" in button.dataset) {
      window.print();
    } else if (button.dataset.copy) {
      const area = document.getElementById(button.dataset.copy);
      const selected = () => { area.focus(); area.select(); if (document.execCommand("copy")) done(button); };
      if (await copy(area.value, selected)) done(button);
    } else if (navigator.clipboard) {
      event.preventDefault();
      const follow = () => { location.href = button.href; };
      const address = new URL(button.href);
      address.searchParams.set("teks", "1");
      try {
        const answer = await fetch(address);
        if (!answer.ok) { follow(); return; }
        if (await copy(await answer.text(), follow)) done(button);
      } catch {
        follow();
      }
    }
  });
})();
