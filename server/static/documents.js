// Enhances the Documents page, which works without it: files one by one with their progress, and what is ticked.
"use strict";

(() => {
  // What is chosen is sent at once; what is too large is refused before.
  for (const upload of document.querySelectorAll("form[data-most]")) {
    upload.file.addEventListener("change", () => {
      const bytes = [...upload.file.files].reduce((sum, file) => sum + file.size, 0);
      upload.file.setCustomValidity(bytes > Number(upload.dataset.most) ? upload.dataset.tooLarge : "");
      if (upload.file.reportValidity() && upload.file.files.length) sendAll([...upload.file.files]);
    });
  }

  // Each file is sent by itself: its progress, what became of it, and what to do where its name is taken.
  const form = document.querySelector("[data-uploads]");
  const list = form?.parentElement.querySelector("[data-sent]");
  form?.addEventListener("submit", (event) => event.preventDefault());
  form?.addEventListener("files", (event) => sendAll([...event.detail]));
  document.addEventListener("submit", (event) => event.target.matches("[data-settle]") && settle(event));

  async function sendAll(files) {
    const lines = files.map((file) => {
      const line = list.nextElementSibling.content.cloneNode(true).firstElementChild;
      line.querySelector(".name").textContent = file.name;
      list.append(line);
      return line;
    });
    list.hidden = false;
    form.querySelector("button").disabled = true;
    for (const [index, file] of files.entries()) await send(file, lines[index]);
    form.reset();
    form.querySelector("button").disabled = false;
    done();
  }

  function send(file, line) {
    const body = new FormData();
    body.append("piece", "1");
    if (form.replace?.checked) body.append("replace", "1");
    body.append("file", file);
    const progress = line.querySelector("progress");
    return new Promise((ended) => {
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("Accept", "text/html");
      request.upload.addEventListener("progress", (event) => (progress.value = event.loaded / event.total));
      request.addEventListener("loadend", () => {
        progress.remove();
        line.querySelector("button").remove();
        show(line, request.status, request.responseText);
        ended();
      });
      line.querySelector("button").addEventListener("click", () => request.abort());
      request.send(body);
    });
  }

  // What the server says of the file; of a page that tells of a fault its sentence, and its own words where nothing came.
  function show(line, status, html) {
    const said = line.querySelector(".said");
    const problem = new DOMParser().parseFromString(html, "text/html").querySelector(".problem p");
    line.classList.toggle("wrong", !status || Boolean(problem));
    if (problem) said.textContent = problem.textContent;
    else if (status) said.innerHTML = html;
    else said.textContent = list.dataset.notSent;
  }

  async function settle(event) {
    event.preventDefault();
    const body = new URLSearchParams(new FormData(event.target, event.submitter));
    body.append("piece", "1");
    const line = event.target.closest("li");
    const response = await fetch(event.target.action, { method: "POST", body, headers: { Accept: "text/html" } });
    if (response.redirected) line.remove();
    else show(line, response.status, await response.text());
    done();
  }

  // When every file has its end and none needs a person, the page is shown as it is now.
  function done() {
    if (list.querySelector("progress, form, .wrong")) return;
    const count = (outcome) => list.querySelectorAll(`[data-outcome${outcome}]`).length;
    const same = count("=unchanged");
    location.assign(`${list.dataset.then}?added=${count("") - same}&same=${same}#indexing`);
  }

  // What is ticked in the list goes along to its other pages, and into its filter.
  const chooser = document.querySelector("[data-chosen]");
  document.addEventListener("change", (event) => {
    if (!chooser || event.target.form !== chooser) return;
    const chosen = [...new Set(new FormData(chooser).getAll("documents"))];
    for (const link of document.querySelectorAll(".states a, .folders a, main > .pager a, .filter a")) {
      const address = new URL(link.href);
      if (address.pathname !== location.pathname) continue;
      address.searchParams.delete("documents");
      for (const each of chosen) address.searchParams.append("documents", each);
      link.href = address;
    }
    const filter = document.querySelector("form.filter");
    for (const old of filter.querySelectorAll("[name=documents]")) old.remove();
    for (const each of chosen) {
      const field = document.createElement("input");
      [field.type, field.name, field.value] = ["hidden", "documents", each];
      filter.append(field);
    }
  });
})();
