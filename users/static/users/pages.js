// Everything works without this file; it only makes waiting, copying and reading times nicer.
"use strict";

const all = (selector) => document.querySelectorAll(selector);

// The answer to a form that was refused can be reloaded without sending the form again.
if ("posted" in document.documentElement.dataset) {
  const page = document.querySelector(".languages [name=next]");
  if (page) history.replaceState(null, "", page.value + location.hash);
}

// A form is sent once, and its button shows that it works.
for (const form of all("form[data-busy]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    if (event.submitter?.hasAttribute("formaction")) return; // another language
    form.dataset.sent = "yes";
    const button = event.submitter ?? form.querySelector("button");
    button.setAttribute("aria-busy", "true");
    button.setAttribute("aria-disabled", "true");
    if (button.dataset.busyText) button.textContent = button.dataset.busyText;
  });
}

// A page from the browser's memory may be of somebody who has logged out since.
addEventListener("pageshow", (event) => event.persisted && location.reload());

// The time until a code can be sent again.
for (const button of all("button[data-wait]")) {
  const clock = button.querySelector("[data-clock]");
  if (!clock) continue;
  const end = Date.now() + button.dataset.wait * 1000;
  button.disabled = true;
  const timer = setInterval(() => {
    const left = Math.ceil((end - Date.now()) / 1000);
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left > 0) return;
    clearInterval(timer);
    button.disabled = false;
    clock.parentElement.remove();
  }, 250);
}

// A button that copies has room for both of its texts, so that nothing moves when they change.
for (const button of all("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  let end;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    clearTimeout(end);
    button.classList.add("done");
    end = setTimeout(() => button.classList.remove("done"), 2000);
  });
}

for (const button of all("button[data-share]")) {
  if (!navigator.share) continue;
  button.parentElement.hidden = false;
  button.addEventListener("click", () => {
    const { share: url, shareText: text } = button.dataset;
    navigator.share({ url, text }).catch(() => {});
  });
}

// Times in the person's own zone, and as people of their country write them in the page's language.
const { lang } = document.documentElement;
const locale = navigator.languages.find((one) => one.split("-")[0] === lang) ?? lang;
const written = (style) => new Intl.DateTimeFormat(locale, style);
const day = written({ dateStyle: "medium" });
const moment = written({ dateStyle: "medium", timeStyle: "short" });
const localize = (root) => {
  for (const time of root.querySelectorAll("time")) {
    const format = "day" in time.dataset ? day : moment;
    time.textContent = format.format(new Date(time.dateTime));
  }
};
localize(document);

// More rows come in below those there are.
addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-more]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const answer = await fetch(link.href).catch(() => null);
  if (!answer || !answer.ok || answer.redirected) return location.assign(link.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const rows = page.querySelectorAll("[data-rows] > li");
  localize(page);
  document.querySelector("[data-rows]").append(...rows);
  const next = page.querySelector("a[data-more]");
  if (next) link.href = next.href;
  else link.remove();
});
