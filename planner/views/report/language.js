"use strict";
// Texts and numbers in the language that is shown. Names only ever become text nodes, never markup.

const data = JSON.parse(document.getElementById("data").textContent);
const page = document.documentElement;
const UNKNOWN = "–";
const TAGS = ["en", "zh-CN"];
let language = Math.max(0, TAGS.indexOf(page.lang));

const byId = (id) => document.getElementById(id);
const named = (both) => both[language];
const say = (text, ...values) => named(data.texts[text]).replace(/\{(\d)\}/g, (_, at) => values[at]);

/** Return how many decimals a column needs, as the page's own tables have them. */
function decimalsOf(values) {
  const known = values.filter((value) => value !== null && Number.isFinite(value)).map(Math.abs);
  const most = Math.max(...known, 0);
  return most >= 1e3 || known.every(Number.isInteger) ? 0 : most >= 1e2 ? 1 : 2;
}

function plain(value, decimals) {
  if (value === null || !Number.isFinite(value)) return UNKNOWN;
  const size = Math.abs(value), places = decimals ?? decimalsOf([value]);
  const how = decimals === undefined && size > 1e-4 && size < 1
    ? { maximumSignificantDigits: 3 } : { minimumFractionDigits: places, maximumFractionDigits: places };
  return new Intl.NumberFormat(TAGS[language], how).format(value).replace("-", "−");
}

function perCent(share) {
  if (share === null || !Number.isFinite(share)) return UNKNOWN;
  return (100 * share).toFixed(1) + (language ? "%" : " %");
}

const quantity = (value, unit) => (value === null || !Number.isFinite(value) ? UNKNOWN : `${plain(value)} ${unit}`);

/** Make an element of texts and elements. */
function make(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Make a table as the page's own are made: caption, head, the first cell of a row its heading. */
function makeTable(caption, head, rows, firstNumber) {
  const cell = (tag, attributes, text, at) =>
    make(tag, at >= firstNumber ? { ...attributes, class: "number" } : attributes, text);
  const table = make("table", {}, make("caption", {}, caption),
    make("thead", {}, make("tr", {}, ...head.map((text, at) => cell("th", { scope: "col" }, text, at)))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map((text, at) =>
      at ? cell("td", {}, text, at) : cell("th", { scope: "row" }, text, at))))));
  return make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": caption }, table);
}

/** Show the page in a language: what the styles cannot switch is written here. */
function speak(at) {
  language = at;
  page.lang = TAGS[at];
  for (const text of document.querySelectorAll("[data-en]")) text.textContent = at ? text.dataset.zh : text.dataset.en;
  for (const button of document.querySelectorAll("[data-language]"))
    button.setAttribute("aria-pressed", String(button.dataset.language === TAGS[at]));
}
