// Calls the API as anybody would, without cookies, and lists each call with its answer.

import { copies } from "./buttons.js";
import { snippets } from "./snippets.js";

const lang = document.documentElement.lang;
const milliseconds = new Intl.NumberFormat(lang, { style: "unit", unit: "millisecond" });
const list = document.querySelector("[data-calls]");
const template = document.querySelector("[data-template=call]");
const choices = [...document.querySelectorAll("[name=snippet]")];
const shown = [];

/** The call's status and JSON; 0 and null if no answer came. */
export async function call(who, method, path, body, access) {
  const headers = { "Accept-Language": lang };
  if (access) headers.Authorization = `Bearer ${access}`;
  if (body) headers["Content-Type"] = "application/json";
  const request = { method, url: `${location.origin}/api/v1/${path}`, headers, body };
  const item = listed(who, request, path);
  const began = performance.now();
  const { status, text } = await send(request);
  const took = milliseconds.format(Math.round(performance.now() - began));
  item.result.textContent = `${status || "–"} · ${took}`;
  item.result.classList.add(status >= 200 && status < 300 ? "good" : "bad");
  const data = parsed(text);
  item.answer.textContent = data ? JSON.stringify(data, null, 2) : text || "–";
  return { status, data, ok: status >= 200 && status < 300 };
}

async function send({ url, method, headers, body }) {
  try {
    const options = { method, headers, body: body && JSON.stringify(body), credentials: "omit" };
    const answer = await fetch(url, options);
    return { status: answer.status, text: await answer.text() };
  } catch {
    return { status: 0, text: "" };
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function listed(who, request, path) {
  const item = template.content.cloneNode(true);
  const snippet = item.querySelector("[data-snippet]");
  item.querySelector("[data-who]").textContent = who;
  item.querySelector("[data-line]").textContent = `${request.method} ${path}`;
  copies(item.querySelector("button"), () => snippet.textContent);
  const parts = { result: item.querySelector("[data-result]"), answer: item.querySelector("[data-answer]") };
  const render = () => {
    const language = choices.find((choice) => choice.checked).value;
    snippet.textContent = snippets[language](request);
  };
  render();
  shown.push(render);
  list.prepend(item);
  list.querySelector("details").open = true; // and so the others, of the same name, close
  document.querySelector("[data-no-calls]").hidden = true;
  return parts;
}

for (const choice of choices) choice.addEventListener("change", () => shown.forEach((render) => render()));
