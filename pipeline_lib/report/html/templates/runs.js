"use strict";
(() => {
  const form = document.querySelector("form[role=search]");
  const filter = document.getElementById("filter");
  const tags = [...form.querySelectorAll("input[name=tag]")];
  const rows = [...document.querySelectorAll("tbody tr")].map(row => [row, `${row.textContent.toLowerCase()}\n${row.dataset.words}`, JSON.parse(row.dataset.tags)]);
  function narrow() {
    const wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = tags.filter(one => one.checked).map(one => one.value);
    let count = 0;
    for (const [row, words, own] of rows) {
      const fits = wanted.every(word => words.includes(word)) && chosen.every(tag => own.includes(tag));
      row.hidden = !fits;
      count += fits;
    }
    document.getElementById("found").textContent = wanted.length || chosen.length ? `${count} of ${rows.length} runs` : "";
  }
  // What is not on the page is found by the server.
  const all = "all" in form.dataset;
  if (all) {
    form.addEventListener("submit", event => { event.preventDefault(); narrow(); });
    filter.addEventListener("input", narrow);
  }
  for (const tag of tags) tag.addEventListener("change", all ? narrow : () => form.requestSubmit());
})();
