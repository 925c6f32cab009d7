// What pages do besides: nothing here is needed to use them.
"use strict";

(() => {
  const root = document.documentElement;

  // Where storage is forbidden, choices last as long as the page.
  const memory = {
    get(name) { try { return localStorage.getItem(name); } catch { return null; } },
    set(name, value) { try { localStorage.setItem(name, value); } catch { /* as said */ } },
  };

  // Before anything is shown, so that a dark page does not begin in white.
  const themes = ["auto", "light", "dark"];
  let theme = themes.includes(memory.get("theme")) ? memory.get("theme") : "auto";
  const showTheme = () => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
  };
  showTheme();

  function tool(label, press) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = label;
    button.addEventListener("click", () => press(button));
    let place = document.querySelector(".tools");
    if (!place) {
      place = document.createElement("div");
      place.className = "tools";
      document.querySelector("footer.site .bar").append(place);
    }
    place.append(button);
    return button;
  }

  function themeSwitch() {
    const label = () => `Colours: ${theme}`;
    tool(label(), (button) => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      memory.set("theme", theme);
      showTheme();
      button.textContent = label();
    });
  }

  // The overview: the same part of the page, made by the server, every two seconds.
  function refresh() {
    const live = document.querySelector("[data-refresh]");
    if (!live) return;
    let isPaused = false;
    let isUnderWay = false;
    const word = () => (isPaused ? "Resume updates" : "Pause updates");
    tool(word(), (button) => {
      isPaused = !isPaused;
      button.textContent = word();
    });
    const notice = document.createElement("p");
    notice.setAttribute("role", "status");
    notice.className = "message bad";
    notice.hidden = true;
    live.before(notice);

    const isInUse = () => live.contains(document.activeElement) ||
      (!getSelection().isCollapsed && live.contains(getSelection().anchorNode));

    async function update() {
      if (isPaused || isUnderWay || document.hidden || isInUse()) return;
      isUnderWay = true;
      try {
        const answer = await fetch(live.dataset.refresh, { headers: { Accept: "text/html" } });
        if (answer.status === 401) return location.reload();
        if (!answer.ok) throw new Error(`status ${answer.status}`);
        const html = await answer.text();
        const open = [...live.querySelectorAll("details[open]")].map((one) => one.id);
        live.innerHTML = html;
        for (const id of open) document.getElementById(id)?.setAttribute("open", "");
        live.classList.remove("stale");
        notice.hidden = true;
      } catch {
        live.classList.add("stale");
        if (notice.hidden) {
          notice.textContent = `No answer since ${new Date().toLocaleTimeString()}; trying again.`;
          notice.hidden = false;
        }
      } finally {
        isUnderWay = false;
      }
    }
    setInterval(update, 2000);
  }

  // Letters press the buttons that name them, but not while something is typed.
  function keys() {
    if (!document.querySelector("[data-key]")) return;
    let isOn = memory.get("keys") !== "off";
    const word = () => `Keys: ${isOn ? "on" : "off"}`;
    tool(word(), (button) => {
      isOn = !isOn;
      memory.set("keys", isOn ? "on" : "off");
      button.textContent = word();
    });
    document.addEventListener("keydown", (event) => {
      if (!isOn || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (event.target.closest("input, textarea, select, [contenteditable]")) return;
      const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (!target) return;
      event.preventDefault();
      target.click();
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    themeSwitch();
    refresh();
    keys();
  });
})();
