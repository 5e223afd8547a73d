"use strict";
(() => {
  const place = location.pathname + "/version";
  const shown = document.currentScript.dataset.version;
  const look = async () => {
    try {
      const answer = await fetch(place);
      if (answer.ok && await answer.text() !== shown) { location.reload(); return; }
    } catch { return; }  // the server is gone: what is shown stays
    setTimeout(look, 1000);
  };
  look();
})();
