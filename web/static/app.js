// Comfort only: every page works without this file. Nothing here decides anything.
"use strict";

// What went wrong is read first.
document.getElementById("refusal")?.focus();

// A second click sends nothing: the form is on its way. (The request key makes a doubled one harmless anyway.)
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", () => setTimeout(() => {
    for (const button of form.querySelectorAll("button")) button.disabled = true;
  }));
}
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const button of document.querySelectorAll("button:disabled")) button.disabled = false;
});

// More rows without a trip to the server.
for (const button of document.querySelectorAll("[data-more]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const body = document.querySelector(`[data-rows="${button.dataset.more}"] tbody`);
    const last = body.rows[body.rows.length - 1];
    const row = last.cloneNode(true);
    const no = body.rows.length;
    row.cells[0].textContent = no + 1;
    for (const input of row.querySelectorAll("input, select, textarea")) {
      input.name = input.name.replace(/\.\d+\./, `.${no}.`);
      if (input.id) input.id = input.name;
      if (input.type === "checkbox") input.checked = false; else input.value = "";
    }
    body.append(row);
    row.querySelector("input, select, textarea")?.focus();
  });
}

// What is typed is kept: a form with data-keep sends its draft a moment after the last key.
for (const form of document.querySelectorAll("form[data-keep]")) {
  let waiting;
  const kept = form.querySelector("[data-kept]");
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const answer = await fetch(form.dataset.keep, { method: "POST", body: new FormData(form) }).catch(() => null);
      const saved = answer?.ok && !answer.redirected; // a session that ended answers with the sign-in page
      if (kept) kept.textContent = saved ? kept.dataset.kept : kept.dataset.lost;
    }, 1500);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
}

// Live parts: the server says that something changed, the part is read anew from the page itself.
for (const part of document.querySelectorAll("[data-live]")) {
  const source = new EventSource(part.dataset.live);
  source.addEventListener("changed", async () => {
    const answer = await fetch(location.href, { headers: { "x-part": part.id } }).catch(() => null);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
    if (fresh) part.replaceChildren(...fresh.childNodes);
  });
  source.addEventListener("done", () => source.close());
}

// One tick for all rows of a list.
for (const all of document.querySelectorAll("[data-all]")) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const one of document.querySelectorAll(`input[name="${all.dataset.all}"]`)) one.checked = all.checked;
  });
}

// Paper: the print button.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Numbers tried out: the answer is read anew from the page while one types.
for (const form of document.querySelectorAll("form[data-fresh]")) {
  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const answer = await fetch(`${form.action}?${new URLSearchParams(new FormData(form))}`).catch(() => null);
      if (!answer?.ok) return;
      const id = form.dataset.fresh;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
      if (fresh) document.getElementById(id).replaceChildren(...fresh.childNodes);
    }, 250);
  });
}
