// Anna and Boris, and how far they have come.

import { Phone } from "./phone.js";

const steps = [...document.querySelectorAll(".steps li")];
const [anna, boris] = [...document.querySelectorAll("[data-phone]")].map((root) => new Phone(root, mark));
anna.friend = boris;
boris.friend = anna;

function mark() {
  const [hers, his] = [anna.profile, boris.profile];
  const done = [
    hers,
    his,
    hers && his?.activated_invite_code === hers.invite_code,
    his && hers?.invitees.includes(his.phone),
  ].map(Boolean);
  steps.forEach((step, index) => {
    step.classList.toggle("done", done[index]);
    if (index === done.indexOf(false)) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  });
}

mark();
document.querySelector("[data-off]").remove();
document.querySelector("[data-playground]").hidden = false;
