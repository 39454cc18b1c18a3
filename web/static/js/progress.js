/* Work behind the page: its bar moves, and when it is over the page is loaded again. See macros/progress.html. */
"use strict";

(() => {
  const EVERY = 1000, AT_MOST = 15000;

  const show = (place, told) => {
    const bar = place.querySelector("progress");
    if (told.total > 0) {
      bar.max = told.total;
      bar.value = told.done;
      place.querySelector("[data-share]").textContent = `${Math.floor((100 * told.done) / told.total)} %`;
    }
    place.querySelector("[data-said]").textContent = told.said;
    const quarter = told.total > 0 ? Math.floor((4 * told.done) / told.total) : 0;
    if (quarter > Number(place.dataset.quarter ?? 0)) { /* a screen reader is told at each quarter, not each second */
      place.dataset.quarter = quarter;
      place.querySelector("[data-told]").textContent = told.said;
    }
  };

  const follow = (place, wait) => setTimeout(async () => {
    try {
      const answer = await fetch(place.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const told = await answer.json();
      show(place, told);
      if (!["waiting", "running"].includes(told.state)) {
        if (place.dataset.next) location.assign(place.dataset.next);
        else location.reload();
        return;
      }
      follow(place, EVERY);
    } catch {
      follow(place, Math.min(2 * wait, AT_MOST)); /* the line is gone for a while; the work goes on without it */
    }
  }, wait);

  document.querySelectorAll("[data-progress]").forEach((place) => follow(place, EVERY));
})();
