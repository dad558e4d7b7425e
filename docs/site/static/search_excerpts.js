// The excerpts below what a search finds come from texts.js: a browser lets no page read another from a folder.
document.addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return;
  const root = document.documentElement.dataset.content_root;
  const script = document.body.appendChild(document.createElement("script"));
  const loaded = new Promise((resolve) => (script.onload = resolve));
  script.src = `${root}_static/texts.js`;
  window.fetch = async (url) => {
    await loaded;
    return { text: async () => TEXTS[url.slice(root.length).replace(/\.html$/, "")] ?? "" };
  };
  Search.htmlToText = (text) => text;
});
