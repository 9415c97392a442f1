// Enhances pages that work without it. Whatever is put into the page was made and sanitised by the server.
"use strict";

(() => {
  let form = null;
  let running = null;
  let shown = location.pathname;
  let opener = null;

  function start() {
    form = document.querySelector("form.ask");
    if (form) {
      form.addEventListener("submit", (event) => {
        if (event.submitter?.formMethod === "get") return; // to find, not to ask
        event.preventDefault();
        ask(form);
      });
      form.question.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        form.requestSubmit(form.querySelector("[type=submit]"));
      });
      form.querySelector("[data-collection]")?.addEventListener("change", ({ target }) => {
        const { address } = target.selectedOptions[0].dataset;
        location.assign(`${address}?q=${encodeURIComponent(form.question.value)}`);
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
    control.body = new URLSearchParams(new FormData(from));
    control.action = from.action;
    if (!again) showPending(control.body.get("question"), Boolean(from.follows));
    result()?.setAttribute("aria-busy", String(again));
    say(again ? form.dataset.answering : form.dataset.searching);
    try {
      const response = await fetch(control.action, {
        method: "POST",
        body: control.body,
        signal: control.signal,
        headers: { Accept: "text/event-stream, text/html;q=0.5" },
      });
      if ((response.headers.get("Content-Type") || "").startsWith("text/event-stream")) {
        await follow(response.body, control);
      } else {
        replacePage(await response.text());
      }
    } catch (error) {
      if (running !== control) return;
      const isStopped = error.name === "AbortError";
      step(isStopped ? form.dataset.stopped : form.dataset.gone);
      say(isStopped ? form.dataset.stopped : form.dataset.gone);
      const lost = result()?.querySelector("[data-lost]");
      if (lost) lost.hidden = isStopped;
      offerRetry(isStopped);
    }
    if (running !== control) return;
    last = control;
    running = null;
    result()?.setAttribute("aria-busy", "false");
  }

  let last = null;

  // The same question once more, whatever form it came from.
  function retry() {
    const again = document.createElement("form");
    again.action = (running || last)?.action || form.action;
    for (const [name, value] of (last?.body || new FormData(form)).entries()) {
      const field = document.createElement("input");
      [field.type, field.name, field.value] = ["hidden", name, value];
      again.append(field);
    }
    ask(again);
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
      result().querySelector("[data-question]").after(understood);
    },
    planned({ html }) {
      handlers.rewritten({ html });
    },
    passages({ html }) {
      showResult(html);
      for (const old of document.querySelectorAll("[data-waiting]")) old.remove();
    },
    relevance({ index, html }) {
      const card = result().querySelector(`[data-position="${index}"]`);
      card?.querySelector(".verdict").replaceWith(fragment(html));
    },
    evidence({ html }) {
      result().querySelector(".evidence").replaceWith(fragment(html));
    },
    reasoning(change) {
      const details = result().querySelector(`[data-reasoning="${change.mode}"]`);
      details.hidden = false;
      changeBlocks(details.querySelector("[data-blocks]"), change);
    },
    answer(change) {
      step(result().querySelector("[data-step]")?.dataset.writing);
      changeBlocks(result().querySelector(`[data-answer="${change.mode}"]`), change);
    },
    done({ url, html }) {
      for (const old of document.querySelectorAll("[data-past], [data-waiting]")) old.remove();
      showResult(html);
      form = document.querySelector("form.ask");
      history.pushState(null, "", url);
      shown = location.pathname;
      document.title = `${result().dataset.title} · Pagewise`;
      start();
      say(form.dataset.done);
    },
    error({ html }) {
      step("");
      for (const old of document.querySelectorAll(".problem")) old.remove();
      if (result()) {
        result().querySelector("[data-question]").after(fragment(html));
        offerRetry(false);
        enhance(result());
      } else form.after(fragment(html));
    },
  };

  function offerRetry(inHeading) {
    const stop = result()?.querySelector("[data-stop]");
    if (!stop) return;
    stop.nextElementSibling.hidden = !inHeading;
    stop.remove();
  }

  // --- Pieces of the page -----------------------------------------------------------------------------------------

  const result = () => document.querySelector("[data-result]");

  function fragment(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content;
  }

  // The question as the heading, at once; a follow-up stands below what was answered before.
  function showPending(question, isFollowUp) {
    const pending = document.querySelector("template[data-pending]").content.cloneNode(true);
    const heading = pending.querySelector("[data-question]");
    heading.textContent = question;
    heading.classList.toggle("long", question.length > 140);
    const main = document.querySelector("main");
    const before = result();
    fold(pending.querySelector("[data-fold]"));
    form.question.value = question;
    if (before && isFollowUp) {
      for (const part of before.querySelectorAll(".evidence, .follow, .deeds, [hidden], .thread + .asked .fold")) part.remove();
      before.removeAttribute("data-result");
      before.dataset.past = "";
    } else before?.remove();
    for (const old of main.querySelectorAll(".hero, .problem, main > h1, .found-before")) old.remove();
    main.append(pending);
    document.title = `${question.slice(0, 60)} · Pagewise`;
    enhance(result());
    if (isFollowUp) result().scrollIntoView({ block: "start" });
    else scrollTo(0, 0);
    result().querySelector("[data-stop]").focus({ preventScroll: true });
  }

  // The one form of the page goes with the question that is shown.
  function fold(place) {
    place.append(form);
    const template = document.querySelector("template[data-pending]");
    place.append(template);
    place.hidden = false;
  }

  function showResult(html) {
    const next = fragment(html);
    const question = result()?.querySelector("[data-question]")?.className;
    const own = next.querySelector("[data-fold][hidden]");
    if (own) {
      next.querySelector("[data-question]").className = question || "";
      fold(own);
    }
    if (result()) result().replaceWith(next);
    else document.querySelector("main").append(next);
    if (own) enhance(result());
  }

  // One of two answers, where there is no room for both.
  function showPart(answers, part) {
    answers.dataset.shown = part;
    for (const tab of answers.querySelectorAll("[data-tab]")) {
      if (tab.dataset.tab === part) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
    }
  }

  function changeBlocks(place, { from, blocks }) {
    while (place.children.length > from) place.lastElementChild.remove();
    for (const html of blocks) {
      const block = document.createElement("div");
      block.append(fragment(html));
      place.append(block);
      pairAll(block);
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
    if (place && text !== undefined) place.textContent = text;
  }

  // --- The page of a source beside the answer ---------------------------------------------------------------------

  const pane = () => document.querySelector("[data-pane]");

  // The server's page with the source opened; only what is beside the answer is taken from it.
  async function swap(address, isStep = true) {
    const side = document.querySelector("[data-side]");
    side.setAttribute("aria-busy", "true");
    const response = await fetch(address).catch(() => null);
    const next = response?.ok && new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = next && next.querySelector("[data-side]");
    if (!fresh) return location.assign(address);
    const zoomed = side.querySelector("[data-frame]") && fresh.querySelector("[data-frame]");
    side.replaceWith(fresh);
    result().classList.toggle("with-pane", Boolean(pane()));
    if (isStep) history.pushState(null, "", address);
    shown = location.pathname;
    enhance(fresh);
    center();
    keepInView();
    if (pane() && !zoomed) pane().querySelector("h2").focus({ preventScroll: true });
    if (pane() && zoomed) pane().querySelector("[data-frame]").focus({ preventScroll: true });
    if (!pane() && opener) opener.focus();
  }

  function center() {
    const frame = document.querySelector("[data-frame]");
    const mark = frame?.querySelector("#sentence, #passage");
    if (!mark) return;
    const [inside, outside] = [mark.getBoundingClientRect(), frame.getBoundingClientRect()];
    frame.scrollTop += inside.top - outside.top - Math.max(8, (frame.clientHeight - inside.height) / 3);
    frame.scrollLeft += inside.left - outside.left - Math.max(8, (frame.clientWidth - inside.width) / 2);
  }

  // Where the page lies over the answer, what it bears out stands above it.
  function keepInView() {
    if (!pane() || getComputedStyle(pane()).position !== "fixed") return;
    const cited = [...document.querySelectorAll("[data-result] .answer a.cite")];
    const number = pane().querySelector(".number").textContent;
    const card = document.querySelector(`#source-${number} h3 a`);
    const link = cited.find((cite) => cite === opener) || cited.find((cite) => cite.textContent === number) || card;
    if (!link) return;
    const [at, edge] = [link.getBoundingClientRect(), pane().getBoundingClientRect().top];
    if (at.top < 0 || at.bottom > edge - 8) scrollBy(0, at.bottom - edge + 24);
  }

  function openPage(link) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || !document.querySelector("[data-side]")) return;
      event.preventDefault();
      if (!link.closest("[data-pane]")) opener = link;
      swap(link.href);
    });
  }

  // A small card with the sentence, while a citation is pointed at or has the focus.
  function peek(cite) {
    const said = document.getElementById(cite.getAttribute("aria-describedby"));
    if (!said) return;
    let card = null;
    const show = () => {
      if (card) return;
      card = document.createElement("div");
      card.className = "peek";
      card.ariaHidden = "true"; // the citation is described by the same sentence
      card.textContent = said.textContent;
      document.body.append(card);
      const at = cite.getBoundingClientRect();
      card.style.left = `${Math.max(8, Math.min(at.left, innerWidth - card.offsetWidth - 8))}px`;
      const below = at.bottom + 8 + card.offsetHeight < innerHeight;
      card.style.top = `${below ? at.bottom + 8 : Math.max(8, at.top - card.offsetHeight - 8)}px`;
    };
    const hide = () => {
      card?.remove();
      card = null;
    };
    for (const event of ["mouseenter", "focus"]) cite.addEventListener(event, show);
    for (const event of ["mouseleave", "blur", "click"]) cite.addEventListener(event, hide);
    addEventListener("scroll", hide, { passive: true });
  }

  // --- Small comforts ---------------------------------------------------------------------------------------------

  // Two forms of the same: text for an editor, and what a letter or a page shows as it is.
  async function copy(button) {
    const plain = fetch(button.dataset.copy).then((response) => response.text());
    const rich = fetch(button.dataset.copyRich)
      .then((response) => response.text())
      .then((html) => new DOMParser().parseFromString(html, "text/html").querySelector("[data-printed]").innerHTML);
    const blob = (text, type) => text.then((content) => new Blob([content], { type }));
    await navigator.clipboard.write([
      new ClipboardItem({ "text/plain": blob(plain, "text/plain"), "text/html": blob(rich, "text/html") }),
    ]);
    say(button.dataset.copied);
    button.textContent = button.dataset.copied;
  }

  function enhance(root) {
    for (const button of root.querySelectorAll("[data-copy]")) {
      button.hidden = !navigator.clipboard?.write;
      button.addEventListener("click", () => copy(button));
    }
    for (const tab of root.querySelectorAll("[data-tab]")) {
      tab.addEventListener("click", (event) => {
        event.preventDefault();
        showPart(tab.closest(".answers"), tab.dataset.tab);
        remember("part", tab.dataset.tab);
      });
    }
    for (const tabs of root.querySelectorAll(".answer-tabs")) {
      if (remembered("part")) showPart(tabs.closest(".answers"), remembered("part"));
    }
    for (const button of root.querySelectorAll("[data-copies]")) {
      button.hidden = !navigator.clipboard?.writeText;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
        say((button.textContent = button.dataset.copied));
      });
    }
    for (const button of root.querySelectorAll("[data-stop]")) button.addEventListener("click", () => running?.abort());
    for (const button of root.querySelectorAll("[data-retry]")) {
      button.addEventListener("click", retry);
      if (button.closest(".problem") && result()) button.hidden = false;
    }
    for (const again of root.querySelectorAll("[data-again]")) slide(again);
    for (const place of root.querySelectorAll(".scope")) scope(place);
    for (const place of root.querySelectorAll("[data-later]")) later(place);
    for (const other of root.querySelectorAll("[data-follow], [data-ask]")) {
      other.addEventListener("submit", (event) => {
        event.preventDefault();
        ask(other);
      });
    }
    for (const link of root.querySelectorAll("a[data-swap], .result:not([data-past]) a.cite[href*='open=']")) {
      if (link.pathname === location.pathname) openPage(link);
    }
    pairAll(root);
  }

  // A piece that is still being made is put in when it is there.
  async function later(place) {
    for (let tries = 0; tries < 20 && place.isConnected; tries++) {
      const response = await fetch(place.dataset.later).catch(() => null);
      if (!response?.ok) return;
      if (response.status === 204) {
        await new Promise((done) => setTimeout(done, 1500));
        continue;
      }
      const piece = document.createElement("div");
      piece.append(fragment(await response.text()));
      place.replaceWith(piece);
      return enhance(piece);
    }
  }

  // What is chosen becomes a box of its own beside the list; unticking takes it away.
  function scope(place) {
    const [select, pattern] = [place.querySelector("select"), place.querySelector("[data-chip]")];
    select?.addEventListener("change", () => {
      const has = [...place.querySelectorAll("input")].some((each) => each.value === select.value);
      if (select.value && !has) {
        const chip = pattern.content.cloneNode(true);
        chip.querySelector("input").value = select.value;
        chip.querySelector(".name").textContent = select.selectedOptions[0].textContent;
        place.prepend(chip);
      }
      select.value = "";
    });
    place.addEventListener("change", (event) => event.target.checked === false && event.target.closest(".chip").remove());
  }

  function pairAll(root) {
    for (const cite of root.querySelectorAll("a.cite")) {
      const card = document.getElementById(`source-${cite.textContent}`);
      pair(cite, card);
      if (card) pair(card, cite);
      peek(cite);
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
    if (event.key === "Escape" && pane()) return pane().querySelector("[data-close]").click();
    if (event.target.closest("input, textarea, select") || event.altKey || event.ctrlKey || event.metaKey) return;
    const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
    if (rel) document.querySelector(`.pager a[rel="${rel}"]`)?.click();
  });

  // The answer's own address: going back from it leads to what was there before; within it a source is opened or closed.
  addEventListener("popstate", () => {
    if (location.pathname !== shown) return location.reload();
    if (document.querySelector("[data-side]") && (location.search || pane())) swap(location.href, false);
  });

  // What this browser keeps; no longer than the page where it keeps nothing.
  const kept = {};

  function remember(name, value) {
    kept[name] = value;
    try {
      localStorage.setItem(name, value);
    } catch {}
  }

  function remembered(name) {
    try {
      return kept[name] || localStorage.getItem(name);
    } catch {
      return null;
    }
  }

  function say(text) {
    document.querySelector("[data-announce]").textContent = text || "";
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
    const here = document.querySelector("[data-uploads]");
    if (here) return here.dispatchEvent(new CustomEvent("files", { detail: event.dataTransfer.files }));
    const body = new FormData();
    for (const file of event.dataTransfer.files) body.append("file", file);
    if (document.querySelector(".hero form.ask")) body.append("then", "ask");
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
      if (place.querySelector("[data-job=running]")) continue;
      setTimeout(() => form?.question.value || result() || location.reload(), 2500);
    }
  }
  for (const place of document.querySelectorAll("[data-progress]")) watch(place);

  // A picture that is not there yet is asked for once more; then the page says that there is none.
  for (const picture of document.querySelectorAll("img[data-picture]")) {
    const instead = picture.closest("figure").querySelector("[data-instead]");
    let isSecond = false;
    const failed = () => {
      if (!isSecond) setTimeout(() => (picture.src = picture.getAttribute("src")), 5000);
      picture.hidden = true;
      instead.hidden = false;
      isSecond = true;
    };
    picture.addEventListener("error", failed);
    picture.addEventListener("load", () => {
      picture.hidden = false;
      instead.hidden = true;
    });
    if (picture.complete && !picture.naturalWidth) failed();
  }

  // A page that could not answer yet is shown anew as soon as it can.
  async function awaitReady(place) {
    for (;;) {
      await new Promise((done) => setTimeout(done, 2000));
      if ((await fetch(place.dataset.waiting).catch(() => null))?.ok) break;
    }
    if (!form?.question.value && !result()) location.reload();
  }
  for (const place of document.querySelectorAll("[data-waiting]")) awaitReady(place);

  // A page that is opened by its address is led to its sentence by the browser, which moves the answer away.
  function settle() {
    if (!pane()) return;
    if (getComputedStyle(pane()).position !== "fixed") scrollTo(0, 0);
    center();
    keepInView();
  }
  // The browser leads there once more in the frame after the page is complete.
  addEventListener("load", () => requestAnimationFrame(() => requestAnimationFrame(settle)));

  start();
  center();
})();
