"use strict";

addEventListener("DOMContentLoaded", () => {
  // Times in the zone and the way of writing of whoever looks; UTC stays in the title.
  const { lang } = document.documentElement;
  const locale = navigator.languages.find((one) => one.split("-")[0] === lang) ?? lang;
  const written = new Intl.DateTimeFormat(locale, {
    dateStyle: "medium",
    timeStyle: "short",
  });
  for (const time of document.querySelectorAll("time[datetime][title]")) {
    time.textContent = written.format(new Date(time.dateTime));
  }

  // On a phone the titles of columns stand beside their cells; they begin as above a table.
  for (const cell of document.querySelectorAll("[data-label]")) {
    const { label } = cell.dataset;
    cell.dataset.label = label.charAt(0).toUpperCase() + label.slice(1);
  }
});
