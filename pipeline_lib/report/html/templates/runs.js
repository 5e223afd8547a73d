"use strict";
(() => {
  const rows = [...document.querySelectorAll("tbody tr")].map(row => [row, `${row.textContent.toLowerCase()}\n${row.dataset.words}`, JSON.parse(row.dataset.tags)]);
  const filter = document.getElementById("filter");
  const chips = [...document.querySelectorAll(".chip[data-tag]")];
  const narrow = () => {
    const wanted = filter.value.trim().toLowerCase();
    const tags = chips.filter(one => one.getAttribute("aria-pressed") === "true").map(one => one.dataset.tag);
    let count = 0;
    for (const [row, words, own] of rows) {
      const fits = wanted.split(/\s+/).every(one => words.includes(one)) && tags.every(tag => own.includes(tag));
      row.hidden = !fits;
      count += fits;
    }
    document.getElementById("found").textContent = wanted || tags.length ? `${count} of ${rows.length} runs` : "";
  };
  filter.addEventListener("input", narrow);
  for (const chip of chips) chip.addEventListener("click", () => {
    chip.setAttribute("aria-pressed", chip.getAttribute("aria-pressed") !== "true");
    narrow();
  });
})();
