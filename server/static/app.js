// Enhances pages that work without it. Whatever is put into the page was made and sanitised by the server.
"use strict";

(() => {
  let form = null;
  let running = null;
  let shown = location.pathname;

  function start() {
    form = document.querySelector("form.ask");
    if (form) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        ask(form);
      });
      form.question.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        form.requestSubmit();
      });
    }
    enhance(document);
  }

  // --- Asking ---------------------------------------------------------------------------------------------------

  // With `again` the old answer stays until the new one is there; the server has kept the scores.
  async function ask(from, again = false) {
    if (running) running.abort();
    const control = (running = new AbortController());
    control.again = again;
    const body = new URLSearchParams(new FormData(from));
    busy(true);
    say(again ? from.dataset.againText : form.dataset.searching);
    try {
      const response = await fetch(from.action, {
        method: "POST",
        body,
        signal: control.signal,
        headers: { Accept: "text/event-stream, text/html;q=0.5" },
      });
      if ((response.headers.get("Content-Type") || "").startsWith("text/event-stream")) {
        await follow(response.body, control);
      } else {
        replacePage(await response.text());
      }
    } catch (error) {
      if (error.name === "AbortError") return stopped(control);
      document.querySelector("[data-lost]").hidden = false;
      say(form.dataset.lost);
    }
    if (running === control) {
      running = null;
      busy(false);
    }
  }

  async function follow(stream, control) {
    const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    let buffer = "";
    let ended = false;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      buffer += value;
      const events = buffer.split("\n\n");
      buffer = events.pop();
      for (const event of events) {
        const match = /^event: (\w+)\ndata: (.*)$/.exec(event);
        if (!match || running !== control) continue;
        ended = ended || match[1] === "done" || match[1] === "error";
        if (control.again && match[1] !== "done" && match[1] !== "error") continue;
        handlers[match[1]]?.(JSON.parse(match[2]));
      }
    }
    if (!ended && running === control) throw new Error("the stream was cut");
  }

  const handlers = {
    rewritten({ html }) {
      const understood = fragment(html);
      say(understood.textContent.trim());
      for (const old of document.querySelectorAll("[data-understood]")) old.remove();
      form.after(understood);
    },
    passages({ html }) {
      showResult(html);
      result().querySelector("[data-stop]").addEventListener("click", () => running?.abort());
    },
    relevance({ index, html }) {
      const card = result().querySelector(`[data-position="${index}"]`);
      card?.querySelector(".verdict").replaceWith(fragment(html));
    },
    reasoning(change) {
      const details = result().querySelector(`[data-reasoning="${change.mode}"]`);
      details.hidden = false;
      changeBlocks(details.querySelector("[data-blocks]"), change);
    },
    answer(change) {
      step(null);
      changeBlocks(result().querySelector(`[data-answer="${change.mode}"]`), change);
    },
    done({ url, html }) {
      showResult(html);
      history.pushState(null, "", url);
      shown = location.pathname;
      say(form.dataset.done);
    },
    error({ html }) {
      step(null);
      const place = result()?.querySelector(".answer");
      result()?.querySelector("[data-stop]")?.remove();
      for (const old of document.querySelectorAll(".problem")) old.remove();
      if (place) place.append(fragment(html));
      else form.after(fragment(html));
    },
  };

  function stopped(control) {
    if (running !== control) return;
    running = null;
    busy(false);
    step(form.dataset.stopped);
    result()?.querySelector("[data-stop]")?.remove();
    say(form.dataset.stopped);
  }

  // --- Pieces of the page -----------------------------------------------------------------------------------------

  const result = () => document.querySelector("[data-result]");

  function fragment(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content;
  }

  function showResult(html) {
    const main = document.querySelector("main");
    for (const old of main.querySelectorAll("[data-result], [data-understood], .problem")) old.remove();
    main.append(fragment(html));
    main.querySelector(".hero")?.classList.add("answered");
    main.querySelector(".hero h1")?.classList.add("hidden");
    for (const hint of main.querySelectorAll(".hero > .hint")) hint.hidden = true;
    enhance(result());
  }

  function changeBlocks(place, { from, blocks }) {
    while (place.children.length > from) place.lastElementChild.remove();
    for (const html of blocks) {
      const block = document.createElement("div");
      block.append(fragment(html));
      place.append(block);
    }
  }

  function replacePage(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    document.querySelector("main").replaceWith(page.querySelector("main"));
    document.title = page.title;
    start();
  }

  function step(text) {
    const place = result()?.querySelector("[data-step]");
    if (place) {
      place.hidden = !text;
      place.textContent = text || "";
    }
  }

  // --- Small comforts ---------------------------------------------------------------------------------------------

  function enhance(root) {
    for (const button of root.querySelectorAll("[data-copy]")) {
      button.hidden = !navigator.clipboard;
      button.addEventListener("click", async () => {
        const answers = [...document.querySelectorAll("[data-copied]")];
        await navigator.clipboard.writeText(answers.map((answer) => answer.innerText).join("\n\n"));
        say(form.dataset.copied);
        button.textContent = form.dataset.copied;
      });
    }
    for (const again of root.querySelectorAll("[data-again]")) slide(again);
    for (const follow of root.querySelectorAll("[data-follow]")) {
      follow.addEventListener("submit", (event) => {
        event.preventDefault();
        form.question.value = follow.question.value;
        ask(follow);
      });
    }
    for (const cite of root.querySelectorAll("a.cite")) {
      const card = document.querySelector(cite.hash);
      pair(cite, card);
      if (card) pair(card, cite);
    }
  }

  // The number becomes a slider; while it moves, the cards that would be dropped fade.
  function slide(again) {
    const output = again.querySelector("[data-cutoff]");
    again.threshold.type = "range";
    output.hidden = false;
    again.querySelector("button").hidden = true;
    again.threshold.addEventListener("input", () => {
      output.textContent = again.threshold.value;
      for (const card of result().querySelectorAll("[data-score]")) {
        card.classList.toggle("below", Number(card.dataset.score) < Number(again.threshold.value));
      }
    });
    again.threshold.addEventListener("change", () => {
      form.threshold.value = again.threshold.value;
      ask(again, true);
    });
    again.addEventListener("submit", (event) => event.preventDefault());
  }

  function pair(from, to) {
    if (!to) return;
    const mark = (is) => () => to.classList.toggle("paired", is);
    for (const event of ["mouseenter", "focusin"]) from.addEventListener(event, mark(true));
    for (const event of ["mouseleave", "focusout"]) from.addEventListener(event, mark(false));
  }

  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select") || event.altKey || event.ctrlKey || event.metaKey) return;
    const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
    if (rel) document.querySelector(`.pager a[rel="${rel}"]`)?.click();
  });

  // The answer's own address: going back from it leads to what was there before. A jump to a card is no such step.
  addEventListener("popstate", () => location.pathname === shown || location.reload());

  function busy(is) {
    form.setAttribute("aria-busy", String(is));
    if (running?.again || !is) result()?.setAttribute("aria-busy", String(is));
    const lost = document.querySelector("[data-lost]");
    if (is && lost) lost.hidden = true;
  }

  function say(text) {
    document.querySelector("[data-announce]").textContent = text || "";
  }

  // What is too large is refused before it is sent.
  for (const upload of document.querySelectorAll("form[data-most]")) {
    upload.file.addEventListener("change", () => {
      const bytes = [...upload.file.files].reduce((sum, file) => sum + file.size, 0);
      upload.file.setCustomValidity(bytes > Number(upload.dataset.most) ? upload.dataset.tooLarge : "");
      upload.file.reportValidity();
    });
  }

  // Files that are dropped anywhere are added. What the server says of them is the page that it leads to.
  const upload = document.body.dataset.upload;
  const bringsFiles = (event) => upload && [...(event.dataTransfer?.types || [])].includes("Files");
  const dropping = (is) => document.body.classList.toggle("dropping", is);
  addEventListener("dragover", (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    dropping(true);
  });
  addEventListener("dragleave", (event) => event.relatedTarget || dropping(false));
  addEventListener("drop", async (event) => {
    dropping(false);
    if (!bringsFiles(event)) return;
    event.preventDefault();
    const body = new FormData();
    for (const file of event.dataTransfer.files) body.append("file", file);
    say(document.body.dataset.uploading);
    const response = await fetch(upload, { method: "POST", body, headers: { Accept: "text/html" } }).catch(() => null);
    if (response?.redirected) location.assign(response.url);
    else if (response) replacePage(await response.text());
  });

  // How the indexing job gets on, until it has ended; then the page is shown anew.
  async function watch(place) {
    while (place.querySelector("[data-job=running]")) {
      await new Promise((done) => setTimeout(done, 1500));
      const response = await fetch(place.dataset.progress).catch(() => null);
      if (!response?.ok) continue;
      const html = await response.text();
      const isOpen = place.querySelector("details")?.open;
      place.replaceChildren(fragment(html));
      const details = place.querySelector("details");
      if (details && isOpen) details.open = true;
      if (!place.querySelector("[data-job=running]")) setTimeout(() => location.reload(), 2500);
    }
  }
  for (const place of document.querySelectorAll("[data-progress]")) watch(place);

  // A picture that is not there yet is asked for once more; then the page says that there is none.
  for (const picture of document.querySelectorAll("img[data-picture]")) {
    let isSecond = false;
    const failed = () => {
      if (!isSecond) setTimeout(() => (picture.src = picture.getAttribute("src")), 5000);
      picture.hidden = true;
      picture.nextElementSibling.hidden = false;
      isSecond = true;
    };
    picture.addEventListener("error", failed);
    picture.addEventListener("load", () => {
      picture.hidden = false;
      picture.nextElementSibling.hidden = true;
    });
    if (picture.complete && !picture.naturalWidth) failed();
  }

  // A page that could not answer yet is shown anew as soon as it can.
  async function awaitReady(place) {
    for (;;) {
      await new Promise((done) => setTimeout(done, 2000));
      if ((await fetch(place.dataset.waiting).catch(() => null))?.ok) break;
    }
    if (!form?.question.value) location.reload();
  }
  for (const place of document.querySelectorAll("[data-waiting]")) awaitReady(place);

  start();
})();
