// A phone: its messages, and a screen that asks for the number, then for the code, then shows the profile.

import { confirm, copies, labelOf } from "./buttons.js";
import { call } from "./calls.js";

const templateOf = (name) => document.querySelector(`[data-template=${name}]`).content;

export class Phone {
  #root;
  #moved;
  #screen = "phone";
  #busy = false;
  #invited = false;
  #ticket;
  #tokens;
  friend = null;
  profile = null;

  constructor(root, moved) {
    this.#root = root;
    this.#moved = moved;
    root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#run(event.target.dataset.do, event.submitter);
    });
    for (const button of root.querySelectorAll("button[data-do]")) {
      button.addEventListener("click", () => this.#run(button.dataset.do, button));
    }
    copies(this.#find("[data-copy-token]"), () => this.#tokens.access);
    this.#find("[data-swagger]").addEventListener("click", () => this.#authorizeSwagger());
  }

  get #name() {
    return this.#root.dataset.name;
  }

  #find(selector) {
    return this.#root.querySelector(selector);
  }

  // One thing at a time, and the button shows that it works.
  async #run(action, button) {
    if (this.#busy) return;
    this.#busy = true;
    const label = labelOf(button);
    button.textContent = button.dataset.busy ?? label;
    button.setAttribute("aria-busy", "true");
    this.#find("[data-refusal]").hidden = true;
    await this[action]();
    button.textContent = label;
    button.removeAttribute("aria-busy");
    if (button.dataset.done) confirm(button);
    this.#busy = false;
    this.#moved();
  }

  async ask() {
    const body = { phone: this.#value("phone"), ...this.#ticket };
    const sent = await this.#api("POST", "auth/code/", body);
    if (!sent) return;
    this.#ticket = { ticket: sent.ticket };
    this.receive("sms", sent.code, "code");
    this.#show("code");
  }

  async enter() {
    const body = { phone: this.#value("phone"), code: this.#value("code"), ...this.#ticket };
    const tokens = await this.#api("POST", "auth/token/", body);
    if (!tokens) return;
    this.#tokens = tokens;
    this.#ticket = undefined;
    await this.refresh();
  }

  async refresh() {
    this.#open(await this.#api("GET", "profile/"));
  }

  async activate() {
    const body = { invite_code: this.#value("invite_code") };
    const profile = await this.#api("POST", "profile/activate/", body);
    this.#open(profile);
    if (profile && this.friend.profile) await this.friend.refresh();
  }

  async logOut() {
    if (await this.#api("POST", "auth/logout/")) this.#leave();
  }

  share() {
    this.friend.receive("invitation", this.profile.invite_code, "invite_code", this.#name);
  }

  // A message arrives; a tap on it fills its code into the field.
  receive(kind, code, field, from) {
    this.#invited ||= kind === "invitation";
    this.#lead();
    const message = templateOf(kind).cloneNode(true);
    const button = message.querySelector("button");
    button.querySelector("b").textContent = code;
    if (from) button.querySelector("[data-from]").textContent = from;
    button.addEventListener("click", () => {
      const input = this.#find(`[name=${field}]`);
      input.value = code;
      input.form.querySelector("button").focus();
    });
    this.#find("[data-no-messages]").hidden = true;
    this.#find("[data-inbox]").prepend(message);
  }

  #value(name) {
    return this.#find(`[name=${name}]`).value;
  }

  // What the API answers, or null after showing what it refused.
  async #api(method, path, body) {
    const send = () => call(this.#name, method, path, body, this.#tokens?.access);
    let answer = await send();
    if (answer.status === 401 && this.#tokens && (await this.#renewTokens())) answer = await send();
    if (answer.ok) return answer.data ?? {};
    this.#refuse(answer);
    return null;
  }

  async #renewTokens() {
    const { refresh } = this.#tokens;
    const answer = await call(this.#name, "POST", "auth/token/refresh/", { refresh });
    if (answer.ok) this.#tokens = answer.data;
    return answer.ok;
  }

  // In the API's words, with its code and its numbers.
  #refuse({ status, data }) {
    const error = data?.errors?.[0];
    const notice = this.#find("[data-refusal]");
    const facts = document.createElement("code");
    const numbers = Object.entries(data?.meta ?? {}).map(([name, value]) => ` · ${name}: ${value}`);
    facts.textContent = error ? `${status} ${error.code}${numbers.join("")}` : status || "";
    notice.replaceChildren(error?.detail ?? notice.dataset.unanswered, " ", facts);
    notice.hidden = false;
    if (error?.attr === "ticket") this.#ticket = undefined;
    if (status === 401) this.#leave();
  }

  #leave() {
    this.#tokens = undefined;
    this.profile = null;
    this.#find("[name=code]").value = "";
    this.#show("phone");
  }

  #open(profile) {
    if (!profile) return;
    this.profile = profile;
    this.#find("[data-invite-code]").textContent = profile.invite_code;
    const activated = this.#find("[data-activated]");
    activated.querySelector("b").textContent = profile.activated_invite_code;
    activated.hidden = !profile.activated_invite_code;
    this.#find("[data-activation]").hidden = !activated.hidden;
    this.#lead();
    this.#find("[data-count]").textContent = profile.invitees_count;
    this.#find("[data-no-invitees]").hidden = profile.invitees_count > 0;
    const rows = profile.invitees.map((phone) => {
      const row = document.createElement("li");
      row.textContent = phone;
      return row;
    });
    this.#find("[data-invitees]").replaceChildren(...rows);
    this.#show("profile");
  }

  // One button stands out: whoever has an invitation is to accept it, all others to invite.
  #lead() {
    const accepts = this.#invited && !this.profile?.activated_invite_code;
    this.#find("[data-do=share]").classList.toggle("quiet", accepts);
    this.#find("[data-activation] .button").classList.toggle("quiet", !accepts);
  }

  #show(screen) {
    if (screen === this.#screen) return;
    this.#screen = screen;
    for (const part of this.#root.querySelectorAll("[data-screen]")) {
      part.hidden = part.dataset.screen !== screen;
    }
    const first = screen === "code" ? ".message" : `[data-screen=${screen}] [data-focus]`;
    this.#find(first).focus();
  }

  // As if the token had been entered in Swagger UI's dialog, which keeps it in the same place.
  #authorizeSwagger() {
    const schema = { type: "http", scheme: "bearer" };
    const bearer = { name: "bearer", schema, value: this.#tokens.access };
    localStorage.setItem("authorized", JSON.stringify({ bearer }));
  }
}
