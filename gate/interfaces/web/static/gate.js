// Nicer with it, whole without it: says when a change has moved on, and keeps "3 hours ago" true.
"use strict";

const UNITS = [[86400, "day"], [3600, "hour"], [60, "minute"]];

function away(seconds) {
  for (const [unit, name] of UNITS) {
    const number = Math.floor(Math.abs(seconds) / unit);
    if (number >= 1) {
      const span = `${number} ${name}${number === 1 ? "" : "s"}`;
      return seconds > 0 ? `in ${span}` : `${span} ago`;
    }
  }
  return "now";
}

function tell() {
  for (const element of document.querySelectorAll("[data-at]")) {
    element.textContent = away((Date.parse(element.dataset.at) - Date.now()) / 1000);
  }
}

// Nothing is taken from under somebody's hands: what is being written, or where the focus is.
function isInUse() {
  return !document.activeElement?.matches("body, main")
    || [...document.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue);
}

async function follow(live) {
  const asked = `/changes/${encodeURIComponent(live.dataset.change)}/state?wait=25&seen=${encodeURIComponent(live.dataset.seen)}`;
  for (let failures = 0; failures < 5;) {
    try {
      const answer = await fetch(asked, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const { standing } = await answer.json();
      if (standing !== live.dataset.seen) return movedOn(live);
      failures = 0;
    } catch {
      failures += 1;
      await new Promise((resolve) => setTimeout(resolve, 2000 * 2 ** failures));
    }
  }
}

function movedOn(live) {
  const here = `/changes/${encodeURIComponent(live.dataset.change)}`;
  // A form that came back is at another place, and loading that again would send it again.
  if (!isInUse()) return location.pathname === here ? location.reload() : location.replace(here);
  const link = document.createElement("a");
  link.href = here;
  link.textContent = "Show it as it is now.";
  live.replaceChildren("This change has moved on. ", link);
}

document.getElementById("trouble")?.focus();
setInterval(tell, 30000);
const live = document.getElementById("live");
if (live && !("over" in live.dataset)) follow(live);
