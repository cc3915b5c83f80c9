// Groups a phone while it is typed, and finds the code in what is pasted. The server needs neither.
"use strict";
{
  // As users/phones.py has it: the text as a plain keyboard writes it.
  const digit = (char) => {
    let zero = char.codePointAt(0); // digits come in tens, each from 0 to 9
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
    return String((char.codePointAt(0) - zero) % 10);
  };
  const plain = (text) =>
    text
      .replace(/\p{Cf}/gu, "")
      .replace(/[\p{P}\p{S}\p{Z}]/gu, (char) => char.normalize("NFKC"))
      .replace(/[\p{Pd}\u2212\u2043\u30fc]/gu, "-")
      .replace(/[^\P{Nd}0-9]/gu, digit)
      .trim();

  // How each country code's mobile numbers are grouped: `python -m tools.phone_groups` writes this line.
  const GROUPS = "1 2 2 2 2:33,212,237,377|1 2 4-4:54|1 3 3:248,291|1 3 4:95,599|1 4 4:56,962|1 5:672|1 7:53,252|1 8:31|2 2 2:298,299,508,681|2 2 2 2:45,47,222,223,226,227,228,235,236,241,253,257,378,689,975|2 2 2 2 2:229|2 2 2 4:225|2 2 3 2:261|2 2 3 3:856|2 2 4:509|2 3:682|2 3 2 2:41,46,221,994,998|2 3 3:216,267,359,371,382,383,386,387,389,598,855,961|2 3 4:27,36,64,66,93,94,231,233,242,249,251,258,263,264,353,355,380,385,593,966,971,992|2 3-2-2:375|2 4:688|2 5:677,685|2 5-4:55|2 6:232,357,374,993|2 7:260,358,381|2 8:20|2-3 4:60|2-3-4:972|2-4-4:81,82|2-7:218|2.2.2:687|3 2 2:238,269|3 2 2 2:32,34,213,224,262,265,590,594,596,995|3 2 3:373|3 3:376|3 3 2 2:90|3 3 3:40,48,51,61,84,211,240,243,244,245,250,255,351,352,420,421,423,886,963,967,970,996|3 3 4:30,39,52,63,98,234,850,964|3 3-2-2:7|3 4:220,239,246,297,354,592,673,674,676,678,679,680,683,691|3 4 4:86|3 5:370,965|3 6:43,254,256,595|3 7:57,92|3-3-3:62|3-3-4:1|3-4:501,597,692,960|3-7:58,977|4:690|4 4:65,230,266,268,356,372,502,503,505,506,670,675,852,853,968,973,974,976|4 6:44|4 7:49|4-4:504,507|4-6:880|5:247,290,500|5 5:91|8:350,591,686";
  const plans = new Map(
    GROUPS.split("|").flatMap((row) => {
      const [plan, codes] = row.split(":");
      return codes.split(",").map((code) => [code, plan]);
    }),
  );

  const grouped = (digits, plan) => {
    let [text, rest] = ["", digits];
    for (const [, mark, size] of plan.matchAll(/(\D?)(\d)/g)) {
      if (!rest) break;
      text += mark + rest.slice(0, size);
      rest = rest.slice(size);
    }
    return text + rest;
  };

  const international = (digits) => {
    const code = [1, 2, 3].map((n) => digits.slice(0, n)).find((one) => plans.has(one));
    return code ? `${code} ${grouped(digits.slice(code.length), plans.get(code))}`.trim() : digits;
  };

  const national = (digits, { country, trunk }) => {
    const plan = plans.get(country);
    const length = [...plan.replace(/\D/g, "")].reduce((sum, size) => sum + Number(size), 0);
    if (trunk && digits.startsWith(trunk)) {
      const rest = grouped(digits.slice(trunk.length), plan);
      return trunk.startsWith("0") ? trunk + rest : `${trunk} ${rest}`.trim();
    }
    const whole = digits.startsWith(country) && digits.length > length;
    return whole ? international(digits) : grouped(digits, plan);
  };

  // Only what stands between the digits changes. What isn't understood stays as it is.
  const formatted = (raw, home) => {
    const [, plus, rest] = /^(?:tel:)?\(?(\+?)([0-9 ().\-/]+)$/i.exec(plain(raw)) ?? [];
    const digits = rest?.replace(/\D/g, "");
    if (!digits || raw.length > 64) return raw;
    if (plus) return `+${international(digits)}`;
    if (/^00[1-9]/.test(digits)) {
      return rest.startsWith("00") ? `00 ${international(digits.slice(2))}` : raw;
    }
    return national(digits, home);
  };

  // The caret stays behind the digit that it was behind.
  const behind = (text, count) => {
    let at = 0;
    for (let seen = 0; at < text.length && seen < count; at += 1) seen += /[+0-9]/.test(text[at]);
    return at;
  };

  const phone = document.querySelector("input[data-country]");
  phone?.addEventListener("input", (event) => {
    if (event.isComposing) return;
    const text = formatted(phone.value, phone.dataset);
    if (text === phone.value) return;
    const before = plain(phone.value.slice(0, phone.selectionStart)).replace(/[^+0-9]/g, "").length;
    phone.value = text;
    let caret = behind(text, before);
    if (event.inputType === "deleteContentForward") while (/[ .-]/.test(text[caret])) caret += 1;
    phone.setSelectionRange(caret, caret);
  });

  // As users/login/pasted_codes.py has it.
  const NUMBERS =
    /(?<![\p{L}\p{N}_])(?<!\d[.,:/])\d+(?:[ \-]\d+)*(?![\p{L}\p{N}_])(?![.,:/]\d)/gu;
  const codeIn = (raw, length) => {
    const text = raw.length > 256 ? "" : plain(raw);
    const groups = text.match(NUMBERS) ?? [];
    const found = /^[0-9 \-]*$/.test(text) ? [text] : [...groups, ...groups.join(" ").split(/[ \-]/)];
    const joined = found.map((number) => number.replace(/[ \-]/g, ""));
    const codes = new Set(joined.filter((number) => number.length === length));
    return codes.size === 1 ? [...codes][0] : "";
  };

  // A whole code is sent at once; after a refusal only when the person says so.
  const form = document.querySelector("form[data-code]");
  const enter = (text, event) => {
    const code = codeIn(text, Number(form.dataset.digits));
    if (!code) return;
    event.preventDefault();
    if (form.elements.code.value !== code) form.elements.code.value = code;
    if ("auto" in form.dataset) form.requestSubmit();
  };
  form?.elements.code.addEventListener("input", (event) => event.isComposing || enter(event.target.value, event));
  form?.elements.code.addEventListener("paste", (event) => enter(event.clipboardData.getData("text"), event));
  const message = document.querySelector("form[data-message]");
  message?.addEventListener("submit", (event) => {
    event.preventDefault();
    form.elements.code.value = message.elements.code.value;
    form.requestSubmit();
  });

  // Where the browser can read the code from the message, nobody has to type it.
  if (form && "OTPCredential" in window) {
    const stop = new AbortController();
    form.addEventListener("submit", () => stop.abort());
    navigator.credentials
      .get({ otp: { transport: ["sms"] }, signal: stop.signal })
      .then((received) => {
        form.elements.code.value = received.code;
        form.requestSubmit();
      })
      .catch(() => {});
  }
}
