// Everything works without this file; it only makes waiting, copying and reading times nicer.
"use strict";

const all = (selector) => document.querySelectorAll(selector);

// A form is sent once, and its button shows that it works.
for (const form of all("form[data-busy]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    const button = form.querySelector("button");
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

// Where the browser can read the code from the message, nobody has to type it.
const codeForm = document.querySelector("form[data-code]");
if (codeForm && "OTPCredential" in window) {
  const stop = new AbortController();
  codeForm.addEventListener("submit", () => stop.abort());
  navigator.credentials
    .get({ otp: { transport: ["sms"] }, signal: stop.signal })
    .then((message) => {
      codeForm.elements.code.value = message.code;
      codeForm.requestSubmit();
    })
    .catch(() => {});
}

for (const button of all("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  const text = button.textContent;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.done;
    setTimeout(() => (button.textContent = text), 2000);
  });
}

for (const button of all("button[data-share]")) {
  if (!navigator.share) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    const { share: url, shareTitle: title } = button.dataset;
    navigator.share({ url, title }).catch(() => {});
  });
}

// Times in the person's own zone and way of writing.
const written = (style) => new Intl.DateTimeFormat(document.documentElement.lang, style);
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
