"use strict";
(() => {
  const all = (query, root = document) => [...root.querySelectorAll(query)];
  const articles = new Map(all("article.node").map(one => [one.id, one]));
  const shown = new Map();  // everything on the page that stands for a node, by the node
  for (const one of all("[data-n]")) {
    const known = shown.get(one.dataset.n);
    if (known) known.push(one); else shown.set(one.dataset.n, [one]);
  }
  const boxes = new Map(all("a.box[data-n]").map(one => [one.dataset.n, one]));
  const [first] = boxes.values();
  const items = all(".list li");
  const panel = document.getElementById("details");
  // A page elsewhere knows a node by its name.
  const names = new Map(items.map(one => [one.firstChild.textContent, one.dataset.n]));
  const asked = () => decodeURIComponent(location.hash.slice(1));
  let chosen = null;

  function choose(id, move) {
    if (!articles.has(id)) id = names.get(id) || "overview";
    if (chosen) {
      articles.get(chosen).classList.remove("chosen");
      for (const one of shown.get(chosen) || []) { one.classList.remove("chosen"); one.removeAttribute("aria-current"); }
    }
    chosen = id;
    articles.get(id).classList.add("chosen");
    panel.scrollTop = 0;
    for (const one of shown.get(id) || []) {
      one.classList.add("chosen");
      one.setAttribute("aria-current", "true");
      for (let outer = one.closest("details.group"); outer; outer = outer.parentElement.closest("details.group")) outer.open = true;
    }
    const box = boxes.get(id);
    roam(box || first);
    if (move && box) box.scrollIntoView({block: "nearest", inline: "nearest"});
    // On a narrow page the details stand below everything else.
    if (move && getComputedStyle(panel).position === "static" && id !== "overview") panel.scrollIntoView();
  }

  // One box is reached with Tab; arrow keys go on from there.
  let reached = null;
  for (const one of boxes.values()) one.tabIndex = -1;
  function roam(box) {
    if (reached) reached.tabIndex = -1;
    if (box) box.tabIndex = 0;
    reached = box;
  }

  function go(id) {
    history.pushState(null, "", "#" + id);
    choose(id, true);
  }

  document.addEventListener("click", event => {
    const link = event.target.closest("a[href^='#']");
    const id = link && link.getAttribute("href").slice(1);
    if (id && articles.has(id)) { event.preventDefault(); go(id); }
  });
  addEventListener("popstate", () => choose(asked(), true));

  const filter = document.getElementById("filter");
  const chips = all(".chip");
  const words = new Map(items.map(one => [one.dataset.n, one.textContent.toLowerCase()]));
  function narrow() {
    const wanted = filter.value.trim().toLowerCase();
    const states = new Set(chips.filter(one => one.getAttribute("aria-pressed") === "true").map(one => one.dataset.state));
    let count = 0;
    for (const item of items) {
      const fits = (!wanted || words.get(item.dataset.n).includes(wanted)) && (!states.size || states.has(item.dataset.state));
      count += fits;
      item.hidden = !fits;
      for (const one of shown.get(item.dataset.n)) if (one !== item) one.classList.toggle("faint", !fits);
    }
    document.body.classList.toggle("narrowed", wanted !== "" || states.size > 0);
    document.getElementById("found").textContent = wanted || states.size ? `${count} of ${items.length} nodes` : "";
  }
  filter.addEventListener("input", narrow);
  for (const chip of chips) chip.addEventListener("click", () => {
    chip.setAttribute("aria-pressed", chip.getAttribute("aria-pressed") !== "true");
    narrow();
  });

  const ways = {ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0]};
  function neighbour(box, [right, down]) {
    const place = one => { const at = one.querySelector("rect"); return [at.x.baseVal.value, at.y.baseVal.value]; };
    const [x, y] = place(box);
    let best = null, least = Infinity;
    for (const one of all("a.box[data-n]", box.ownerSVGElement)) {
      const [dx, dy] = [place(one)[0] - x, place(one)[1] - y];
      const ahead = right * dx + down * dy, aside = right ? dy : dx;
      if (ahead <= 0 || (right && aside)) continue;
      const distance = ahead + 0.5 * Math.abs(aside);
      if (distance < least) { least = distance; best = one; }
    }
    return best;
  }
  document.addEventListener("keydown", event => {
    if (event.key === "Escape") { filter.value = ""; narrow(); go("overview"); return; }
    if (event.target.matches("input")) {
      const first = event.key === "Enter" && items.find(one => !one.hidden);
      if (first) go(first.dataset.n);
      return;
    }
    if (event.key === "/") { event.preventDefault(); filter.focus(); return; }
    const box = event.target.closest("a.box[data-n]");
    const next = box && ways[event.key] && neighbour(box, ways[event.key]);
    if (next) { event.preventDefault(); next.focus(); go(next.dataset.n); }
  });

  if (first) {  // a wide graph begins where its first node is
    const canvas = first.closest(".canvas");
    canvas.scrollLeft = first.querySelector("rect").x.baseVal.value - canvas.clientWidth / 2 + 108;
  }
  choose(asked(), false);
})();
